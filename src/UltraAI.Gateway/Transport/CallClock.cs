#pragma warning disable CA1001 // A source without a timer or a wait handle has nothing to dispose, and disposing it would race with late readers.
namespace UltraAI.Gateway.Transport;

/// <summary>The one inactivity clock of a call.</summary>
/// <remarks>
/// It starts when the call enters the queue, and only a body byte to or from the provider, or the response head, starts it again:
/// queue, DNS, connect, TLS and a retry all run on the same time. Starting again costs one write of a number; the timer
/// looks at it when it fires, and goes on for what is left.
/// </remarks>
/// <param name="time">The source of time.</param>
/// <param name="expired">Called when the time is up, before <see cref="Token"/> is cancelled: what is waited for can still be seen. Never runs, nor still runs, after <see cref="Stop"/>.</param>
internal sealed class CallClock(TimeProvider time, Action expired)
{
    private const int Running = 0;
    private const int Expiring = 1;
    private const int Expired = 2;
    private const int Stopped = 3;

    private readonly CancellationTokenSource _expiry = new();
    private ClockTimer? _timer;
    private long _limit;
    private long _last;
    private int _state;

    /// <summary>Cancelled when the time is up, or when <see cref="Cancel"/> is called.</summary>
    public CancellationToken Token => _expiry.Token;

    public bool HasExpired { get; private set; }

    public void Start(TimeSpan limit) => Start(limit, time.GetTimestamp());

    /// <param name="limit">How long nothing may happen.</param>
    /// <param name="timestamp">Now: reading the time is the dearest part of starting.</param>
    public void Start(TimeSpan limit, long timestamp)
    {
        _limit = limit.Ticks;
        _last = timestamp;
        _timer = ClockTimer.Take(time);
        _timer.Serve(this, limit, timestamp);
    }

    /// <summary>A byte went by.</summary>
    public void Restart() => Volatile.Write(ref _last, time.GetTimestamp());

    /// <summary>A byte went by at that time.</summary>
    public void Restart(long timestamp) => Volatile.Write(ref _last, timestamp);

    /// <summary>Another limit from now on: a WebSocket after its hand-shake.</summary>
    public void Restart(TimeSpan limit)
    {
        Volatile.Write(ref _limit, limit.Ticks);
        Restart();
        _timer?.FireWithin(limit, Volatile.Read(ref _last));
    }

    /// <summary>Ends the call for another reason than time.</summary>
    public void Cancel()
    {
        if (Volatile.Read(ref _state) != Stopped)
        {
            _expiry.Cancel();
        }
    }

    public void Stop()
    {
        var timer = Interlocked.Exchange(ref _timer, null);
        if (Interlocked.CompareExchange(ref _state, Stopped, Running) == Expiring)
        {
            // The callback is short: it may break the client's connection, which must not be the next request's.
            var spin = default(SpinWait);
            while (Volatile.Read(ref _state) == Expiring)
            {
                spin.SpinOnce();
            }
        }

        timer?.Release();
    }

    /// <summary>Called by the timer, which may come too soon.</summary>
    /// <returns>What is left; null if the clock has expired or was stopped.</returns>
    public TimeSpan? Look()
    {
        var left = new TimeSpan(Volatile.Read(ref _limit)) - time.GetElapsedTime(Volatile.Read(ref _last));
        if (left > TimeSpan.Zero)
        {
            return left;
        }

        if (Interlocked.CompareExchange(ref _state, Expiring, Running) != Running)
        {
            return null;
        }

        try
        {
            HasExpired = true;
            expired();
        }
        finally
        {
            Volatile.Write(ref _state, Expired);
        }

        _expiry.Cancel();
        return null;
    }
}
