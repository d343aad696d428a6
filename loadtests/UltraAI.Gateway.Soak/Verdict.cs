using System.Globalization;

namespace UltraAI.Gateway.Soak;

/// <summary>Whether the samples stayed level: the last against the first, and the slope over the last half of the time.</summary>
internal static class Verdict
{
    private const int MostUnits = 10;
    private const double MostHeapRatio = 0.10;

    /// <returns>What did not stay level; empty: all did.</returns>
    public static IReadOnlyList<string> Of(IReadOnlyList<Sample> samples)
    {
        var faults = new List<string>();
        Check("threads", sample => sample.Threads, MostUnits);
        Check("handles", sample => sample.Handles, MostUnits);
        Check("connections", sample => sample.Connections, MostUnits);
        Check("heap after GC, MB", sample => sample.HeapMegabytes, MostHeapRatio * samples[0].HeapMegabytes);
        return faults;

        void Check(string what, Func<Sample, double> value, double most)
        {
            var change = value(samples[^1]) - value(samples[0]);
            if (Math.Abs(change) > most)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: from {value(samples[0]):0.##} to {value(samples[^1]):0.##}, more than {most:0.##}"));
            }

            var half = samples.Skip(samples.Count / 2).ToArray();
            var rise = Slope(half, value) * (half[^1].Minutes - half[0].Minutes);
            if (rise > most / 2)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: rises by {rise:0.##} over the last half"));
            }
        }
    }

    /// <summary>Least squares, per minute; zero for fewer than three samples.</summary>
    public static double Slope(IReadOnlyList<Sample> samples, Func<Sample, double> value)
    {
        if (samples.Count < 3)
        {
            return 0;
        }

        var x = samples.Average(sample => sample.Minutes);
        var y = samples.Average(value);
        return samples.Sum(sample => (sample.Minutes - x) * (value(sample) - y)) / samples.Sum(sample => (sample.Minutes - x) * (sample.Minutes - x));
    }
}
