using System.Numerics;

namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>Times in buckets that are at most 1/64 of their value wide, from a microsecond to hours. May be added to from any thread.</summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubCount = 1 << SubBits;

    private readonly long[] _buckets = new long[(40 - SubBits + 1) * SubCount];
    private long _count;

    /// <summary>Gets how many times were added.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Adds a time.</summary>
    public void Add(TimeSpan time) => AddMicroseconds((long)time.TotalMicroseconds);

    /// <summary>Adds a time.</summary>
    public void AddMicroseconds(long microseconds)
    {
        Interlocked.Increment(ref _buckets[IndexOf(Math.Clamp(microseconds, 0, (1L << 39) - 1))]);
        Interlocked.Increment(ref _count);
    }

    /// <summary>The time that this share of all times doesn't exceed; zero without any.</summary>
    /// <param name="share">From 0 to 1.</param>
    public TimeSpan Percentile(double share)
    {
        var left = Math.Max(1, (long)Math.Ceiling(Count * share));
        for (var i = 0; i < _buckets.Length; i++)
        {
            left -= Interlocked.Read(ref _buckets[i]);
            if (left <= 0)
            {
                return TimeSpan.FromMicroseconds(HighestOf(i));
            }
        }

        return TimeSpan.Zero;
    }

    // The first two rows of buckets are exact; each further row covers twice the range of the one before.
    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - SubBits);
        return (shift * SubCount) + (int)(value >> shift);
    }

    private static long HighestOf(int index)
    {
        var shift = Math.Max(0, (index / SubCount) - 1);
        return (((long)index - (shift * SubCount) + 1) << shift) - 1;
    }
}
