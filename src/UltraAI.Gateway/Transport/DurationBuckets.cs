namespace UltraAI.Gateway.Transport;

/// <summary>Buckets for durations from an eighth of a millisecond to over an hour, four to a doubling: a percentile is off by a tenth at most.</summary>
internal static class DurationBuckets
{
    private const int PerDoubling = 4;
    private const int Doublings = 25;
    private const double LeastMilliseconds = 0.125;

    /// <summary>How many there are: the first holds what is shorter, the last what is longer.</summary>
    public const int Count = (PerDoubling * Doublings) + 2;

    public static int IndexOf(TimeSpan duration)
    {
        var doublings = Math.Log2(duration.TotalMilliseconds / LeastMilliseconds);
        return doublings > 0 ? Math.Min(1 + (int)(doublings * PerDoubling), Count - 1) : 0;
    }

    /// <summary>The duration, in milliseconds, that a part of all does not exceed; between a bucket's bounds it is interpolated.</summary>
    /// <param name="counts">How many are in each bucket.</param>
    /// <param name="part">0.5 for the median.</param>
    /// <returns>Null if there are none.</returns>
    public static double? Percentile(ReadOnlySpan<int> counts, double part)
    {
        var total = 0L;
        foreach (var count in counts)
        {
            total += count;
        }

        if (total == 0)
        {
            return null;
        }

        var rank = part * total;
        var before = 0L;
        var last = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] == 0)
            {
                continue;
            }

            last = i;
            if (before + counts[i] >= rank)
            {
                break;
            }

            before += counts[i];
        }

        var within = Math.Clamp((rank - before) / counts[last], 0, 1);
        return LeastMilliseconds * Math.Pow(2, (last - 1 + within) / PerDoubling);
    }
}
