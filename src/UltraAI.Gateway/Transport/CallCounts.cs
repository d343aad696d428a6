namespace UltraAI.Gateway.Transport;

/// <summary>What became of a provider's calls, since start and over the last minute.</summary>
/// <remarks>
/// A call adds to a few cells that are there already, and only ever grow. Once a second somebody copies them; what has happened in the last
/// seconds is the difference between two copies. So the request path knows nothing of time windows.
/// </remarks>
internal sealed class CallCounts
{
    /// <summary>How far back <see cref="Last"/> can look, in seconds.</summary>
    public const int Remembered = 60;

    public const int Outcomes = (int)CallOutcome.Refused + 1;

    private const int Latencies = Outcomes;
    private const int FirstChunks = Latencies + DurationBuckets.Count;
    private const int Waits = FirstChunks + DurationBuckets.Count;
    private const int Cells = Waits + DurationBuckets.Count;

    private readonly long[] _cells = new long[Cells];
    private readonly Lock _lock = new();

    // One more than there are seconds: a span is rather a little longer than shorter. The low half of a cell is enough for the difference.
    private readonly int[]?[] _copies = new int[]?[Remembered + 1];
    private int _next;

    /// <summary>A call has ended.</summary>
    /// <param name="outcome">How.</param>
    /// <param name="latency">How long it took; null where that says nothing.</param>
    /// <param name="firstChunk">How long its first chunk took; null if it was not streamed.</param>
    public void Ended(CallOutcome outcome, TimeSpan? latency, TimeSpan? firstChunk)
    {
        Interlocked.Increment(ref _cells[(int)outcome]);
        if (latency is { } whole)
        {
            Interlocked.Increment(ref _cells[Latencies + DurationBuckets.IndexOf(whole)]);
        }

        if (firstChunk is { } first)
        {
            Interlocked.Increment(ref _cells[FirstChunks + DurationBuckets.IndexOf(first)]);
        }
    }

    /// <summary>A call that had to wait for its place waits no longer.</summary>
    public void Waited(TimeSpan duration) => Interlocked.Increment(ref _cells[Waits + DurationBuckets.IndexOf(duration)]);

    /// <summary>How many calls have ended so since start.</summary>
    public long SinceStart(CallOutcome outcome) => Interlocked.Read(ref _cells[(int)outcome]);

    /// <summary>How many calls have ended since start.</summary>
    public long SinceStart()
    {
        var sum = 0L;
        for (var i = 0; i < Outcomes; i++)
        {
            sum += Interlocked.Read(ref _cells[i]);
        }

        return sum;
    }

    /// <summary>Called once a second.</summary>
    public void Copy()
    {
        lock (_lock)
        {
            var copy = _copies[_next] ??= new int[Cells];
            for (var i = 0; i < Cells; i++)
            {
                copy[i] = (int)Interlocked.Read(ref _cells[i]);
            }

            _next = (_next + 1) % _copies.Length;
        }
    }

    /// <summary>What has come in the last seconds.</summary>
    /// <param name="seconds">At most <see cref="Remembered"/>.</param>
    public CallSpan Last(int seconds)
    {
        var counts = new int[Cells];
        lock (_lock)
        {
            // Where nothing was copied so long ago, it was before the first call.
            var then = _copies[(_next - seconds - 1 + _copies.Length) % _copies.Length];
            for (var i = 0; i < Cells; i++)
            {
                counts[i] = (int)Interlocked.Read(ref _cells[i]) - (then?[i] ?? 0);
            }
        }

        return new CallSpan(counts);
    }

    /// <summary>What came within a span of time.</summary>
    internal readonly struct CallSpan(int[] counts)
    {
        public int Of(CallOutcome outcome) => counts[(int)outcome];

        public double? Latency(double part) => DurationBuckets.Percentile(counts.AsSpan(Latencies, DurationBuckets.Count), part);

        public double? FirstChunk(double part) => DurationBuckets.Percentile(counts.AsSpan(FirstChunks, DurationBuckets.Count), part);

        public double? Wait(double part) => DurationBuckets.Percentile(counts.AsSpan(Waits, DurationBuckets.Count), part);
    }
}
