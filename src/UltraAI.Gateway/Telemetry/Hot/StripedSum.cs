using System.Numerics;

namespace UltraAI.Gateway.Telemetry.Hot;

/// <summary>A sum that many threads add to: each processor has a part of it, so that they need not wait for each other's cache lines.</summary>
internal sealed class StripedSum
{
    private const int CacheLineCells = 8;

    private static readonly int Stripes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 16));

    private readonly long[] _cells = new long[(Stripes + 1) * CacheLineCells];

    public void Add(long value) =>
        Interlocked.Add(ref _cells[(((Thread.GetCurrentProcessorId() & (Stripes - 1)) + 1) * CacheLineCells) - 1], value);

    /// <summary>All parts; one after the other, so that while something is added they need not belong to one moment.</summary>
    public long Read()
    {
        var sum = 0L;
        for (var stripe = 1; stripe <= Stripes; stripe++)
        {
            sum += Interlocked.Read(ref _cells[(stripe * CacheLineCells) - 1]);
        }

        return sum;
    }
}
