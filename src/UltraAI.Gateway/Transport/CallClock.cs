#pragma warning disable CA1001 // A source without a timer or a wait handle has nothing to dispose, and disposing it would race with late readers.
namespace UltraAI.Gateway.Transport;

/// <summary>The one inactivity clock of a call.</summary>
/// <remarks>
/// It starts when the call enters the queue, and only a body byte to or from the provider, or the response head, starts it again:
/// queue, DNS, connect, TLS and a retry all run on the same time. Starting again costs one write of a number; the timer
/// looks at it when it fires, and goes on for what is left.
/// </remarks>
/// <param name="time">The source of time.</param>
/// <param name="expired">Called when the time is up, before <see cref="Token"/> is cancelled: what is waited for can still be seen.</param>
internal sealed class CallClock(TimeProvider time, Action expired)
{
    private readonly CancellationTokenSource _expiry = new();
    private ITimer? _timer;
    private long _limit;
    private long _last;
    private volatile bool _isStopped;

    /// <summary>Cancelled when the time is up, or when <see cref="Cancel"/> is called.</summary>
    public CancellationToken Token => _expiry.Token;

    public bool HasExpired { get; private set; }

    public void Start(TimeSpan limit)
    {
        _limit = limit.Ticks;
        _last = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((CallClock)state!).Look(), this, limit, System.Threading.Timeout.InfiniteTimeSpan);
    }

    /// <summary>A byte went by.</summary>
    public void Restart() => Volatile.Write(ref _last, time.GetTimestamp());

    /// <summary>Another limit from now on: a WebSocket after its hand-shake.</summary>
    public void Restart(TimeSpan limit)
    {
        Volatile.Write(ref _limit, limit.Ticks);
        Restart();
        _timer?.Change(limit, System.Threading.Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the call for another reason than time.</summary>
    public void Cancel()
    {
        if (!_isStopped)
        {
            _expiry.Cancel();
        }
    }

    public void Stop()
    {
        _isStopped = true;
        _timer?.Dispose();
    }

    private void Look()
    {
        if (_isStopped)
        {
            return;
        }

        var left = new TimeSpan(Volatile.Read(ref _limit)) - time.GetElapsedTime(Volatile.Read(ref _last));
        if (left <= TimeSpan.Zero)
        {
            HasExpired = true;
            expired();
            _expiry.Cancel();
            return;
        }

        // Timers count whole milliseconds.
        var wait = TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
        _timer?.Change(wait, System.Threading.Timeout.InfiniteTimeSpan);
    }
}
