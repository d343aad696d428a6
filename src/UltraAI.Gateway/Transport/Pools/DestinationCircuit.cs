using Polly;
using Polly.CircuitBreaker;

namespace UltraAI.Gateway.Transport.Pools;

/// <summary>What an attempt says about the destination that it went to.</summary>
internal enum AttemptVerdict
{
    /// <summary>Nothing: the client left, or was too slow itself.</summary>
    Nothing,

    /// <summary>It answered, be it with 429 or another 4xx.</summary>
    Works,

    /// <summary>No connection, no answer in time, or an answer that says it is down: 500, 502, 503, 504, 529.</summary>
    Fails,
}

/// <summary>Keeps calls from a destination that fails: opens when at least half of 20 or more attempts within 10 s have failed, for 15 s; then lets one attempt a second through until one tells.</summary>
/// <remarks>
/// Polly's circuit breaker counts and decides. HOWEVER it is told an attempt's verdict once that is known, and does not run the
/// attempt: a call within its pipeline would cost allocations each, a client that leaves would count as a success that closes
/// the circuit, and with a closed circuit nothing has to be asked before an attempt but one field.
/// </remarks>
internal sealed class DestinationCircuit
{
    public const int LeastAttempts = 20;
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly CircuitBreakerStateProvider _breakerState = new();
    private readonly ResiliencePipeline<bool> _breaker;
    private int _isOpen;
    private long _probesFrom;
    private long _nextProbe;

    public DestinationCircuit(TimeProvider time)
    {
        _time = time;

        // The breaker goes by the date. Set back by an hour, it would stay open for one, whatever the probes say.
        _breaker = new ResiliencePipelineBuilder<bool> { TimeProvider = new MonotonicTime(time) }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<bool>
            {
                FailureRatio = 0.5,
                MinimumThroughput = LeastAttempts,
                SamplingDuration = Window,
                BreakDuration = OpenFor,
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result),
                StateProvider = _breakerState,
            })
            .Build();
    }

    public CircuitState State => Volatile.Read(ref _isOpen) == 0 ? CircuitState.Closed
        : _time.GetTimestamp() >= Volatile.Read(ref _probesFrom) ? CircuitState.HalfOpen
        : CircuitState.Open;

    /// <summary>Whether an attempt would be let through now.</summary>
    public bool Allows => Volatile.Read(ref _isOpen) == 0 || _time.GetTimestamp() >= Volatile.Read(ref _nextProbe);

    /// <summary>When the next attempt may be let through.</summary>
    public TimeSpan RetryAfter =>
        Volatile.Read(ref _nextProbe) - _time.GetTimestamp() is > 0 and var left ? _time.GetElapsedTime(0, left) : TimeSpan.Zero;

    /// <summary>Asks for an attempt. Nothing has to be given back: a probe that never tells is followed by the next one.</summary>
    /// <param name="isProbe">Whether it finds out if the destination works again.</param>
    /// <returns>Whether it may be made.</returns>
    public bool TryEnter(out bool isProbe)
    {
        isProbe = false;
        if (Volatile.Read(ref _isOpen) == 0)
        {
            return true;
        }

        var now = _time.GetTimestamp();
        var next = Volatile.Read(ref _nextProbe);
        isProbe = now >= next && Interlocked.CompareExchange(ref _nextProbe, now + Ticks(ProbeInterval), next) == next;
        return isProbe;
    }

    /// <summary>Counts an attempt.</summary>
    /// <returns>Whether that has opened or closed the circuit.</returns>
    public bool Count(AttemptVerdict verdict, bool isProbe)
    {
        // What was on its way when the circuit opened tells nothing new.
        return verdict != AttemptVerdict.Nothing && (isProbe || Volatile.Read(ref _isOpen) == 0) && Tell(verdict == AttemptVerdict.Fails);
    }

    private bool Tell(bool failed)
    {
        var context = ResilienceContextPool.Shared.Get();
        var told = _breaker.ExecuteOutcomeAsync(static (_, failed) => new ValueTask<Outcome<bool>>(Outcome.FromResult(failed)), context, failed);
        ResilienceContextPool.Shared.Return(context);

        // Without callbacks of our own there is nothing in it to wait for.
        if (!told.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("The circuit breaker was expected to answer at once.");
        }

        if (_breakerState.CircuitState == Polly.CircuitBreaker.CircuitState.Closed)
        {
            return Interlocked.Exchange(ref _isOpen, 0) == 1;
        }

        var opensAgain = _time.GetTimestamp() + Ticks(OpenFor);
        Volatile.Write(ref _probesFrom, opensAgain);
        Volatile.Write(ref _nextProbe, opensAgain);
        return Interlocked.Exchange(ref _isOpen, 1) == 0;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
