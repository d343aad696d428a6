using System.Numerics;

namespace UltraAI.Gateway.Telemetry.Hot;

/// <summary>How often values fell between given bounds, and what they add up to. Recording takes no lock.</summary>
/// <param name="bounds">Upper bounds, inclusive, in rising order.</param>
internal sealed class HotHistogram(double[] bounds)
{
    // A sum in whole numbers can be added to by many at once. In microseconds, those of 10,000 calls at a time fit for 29 years.
    private const double PerUnit = 1e6;
    private const int CacheLineCells = 8;

    private static readonly int StripeCount = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 16));

    // A stripe per processor: the threads that serve requests would wait for each other's cache lines otherwise.
    private readonly int _stripeLength = StripeLength(bounds);
    private readonly long[] _cells = new long[StripeCount * StripeLength(bounds)];

    public void Record(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
        {
            bucket++;
        }

        var stripe = (Thread.GetCurrentProcessorId() & (StripeCount - 1)) * _stripeLength;
        Interlocked.Increment(ref _cells[stripe + bucket]);
        Interlocked.Add(ref _cells[stripe + bounds.Length + 1], (long)Math.Round(value * PerUnit));
    }

    /// <summary>How many values were at or below each bound, and at the end how many there were.</summary>
    /// <param name="counts">One longer than the bounds.</param>
    /// <returns>The sum of all values.</returns>
    public double Read(Span<long> counts)
    {
        counts.Clear();
        var sum = 0L;
        for (var stripe = 0; stripe < StripeCount; stripe++)
        {
            var cells = _cells.AsSpan(stripe * _stripeLength, bounds.Length + 2);
            for (var i = 0; i <= bounds.Length; i++)
            {
                counts[i] += Interlocked.Read(ref cells[i]);
            }

            sum += Interlocked.Read(ref cells[^1]);
        }

        for (var i = 1; i < counts.Length; i++)
        {
            counts[i] += counts[i - 1];
        }

        return sum / PerUnit;
    }

    // A count per bucket, one beyond the last bound, the sum; and at least a cache line between two stripes.
    private static int StripeLength(double[] bounds) => bounds.Length + 2 + CacheLineCells;
}
