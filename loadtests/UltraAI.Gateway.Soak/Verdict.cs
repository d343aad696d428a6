using System.Globalization;

namespace UltraAI.Gateway.Soak;

/// <summary>Whether the samples stayed level: the last against the first, and the slope over the last half of the time.</summary>
internal static class Verdict
{
    private const int MostUnits = 10;
    private const double MostHeapRatio = 0.10;

    // A few may fall to a pause of the machine.
    private const double LeastShare = 0.99;

    // What each thing that the traffic does comes to.
    private static readonly (string What, string End)[] Ends =
    [
        ("call", "200"),
        ("message", "200"),
        ("stream", "200"),
        ("embedding", "200"),
        ("upload", "200"),
        ("run", "200"),
        ("slow reader", "whole"),
        ("client leaves", "left"),
        ("client resets", "left"),
        ("wrong key", "401"),
        ("provider cuts", "broken off"),
        ("provider resets", "502"),
        ("provider fails", "500"),
        ("provider hangs", "504"),
    ];

    /// <returns>What did not stay level; empty: all did.</returns>
    public static IReadOnlyList<string> Of(IReadOnlyList<Sample> samples)
    {
        var faults = new List<string>();
        Check("threads", sample => sample.Threads, MostUnits);
        Check("handles", sample => sample.Handles, MostUnits);
        Check("connections", sample => sample.Connections, MostUnits);
        Check("heap after GC, MB", sample => sample.HeapMegabytes, MostHeapRatio * samples[0].HeapMegabytes);
        if (samples.Max(sample => sample.Calls) is > 0 and var calls)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"calls: {calls} did not end in a pause of the load"));
        }

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

    /// <param name="ends">How often each thing came to which end, as <c>call: 200</c>.</param>
    /// <returns>What did not come to the end that it should.</returns>
    public static IReadOnlyList<string> OfEnds(IReadOnlyDictionary<string, long> ends) =>
    [
        .. from expected in Ends
           let right = ends.GetValueOrDefault($"{expected.What}: {expected.End}")
           let all = ends.Where(end => end.Key.StartsWith(expected.What + ":", StringComparison.Ordinal)).Sum(end => end.Value)
           where all == 0 || right < LeastShare * all
           select string.Create(CultureInfo.InvariantCulture, $"{expected.What}: {right} of {all} came to {expected.End}, less than {LeastShare:P0}"),
    ];

    /// <returns>What did not become of the configurations as it should.</returns>
    public static IReadOnlyList<string> OfReloads(Reloads written, Reloads seen) => written == seen
        ? []
        : [string.Create(CultureInfo.InvariantCulture, $"reloads: {seen.Applied} applied and {seen.Rejected} rejected, of {written.Applied} valid and {written.Rejected} faulty configurations")];

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
