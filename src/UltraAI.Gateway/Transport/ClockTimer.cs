using System.Collections.Concurrent;

namespace UltraAI.Gateway.Transport;

/// <summary>A timer that serves one clock after the other, and mostly stays as it was set.</summary>
/// <remarks>
/// A timer of its own for every call would be made, entered into the runtime's queue and taken out again, each time under a lock,
/// and nearly never fire. One that is still set for the call before fires too early for this one; it is then set for what is left.
/// </remarks>
internal sealed class ClockTimer
{
    // No more than calls run at once; those beyond are disposed.
    private const int MaxFree = 1024;

    private static readonly ConcurrentQueue<ClockTimer> Free = new();
    private static int _free;

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private CallClock? _clock;
    private long _due;

    private ClockTimer(TimeProvider time)
    {
        _time = time;

        // It outlives the call it was made for, and must not take that call's context along.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _timer = time.CreateTimer(static state => ((ClockTimer)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public static ClockTimer Take(TimeProvider time)
    {
        if (time == TimeProvider.System && Free.TryDequeue(out var timer))
        {
            Interlocked.Decrement(ref _free);
            return timer;
        }

        return new ClockTimer(time);
    }

    public void Serve(CallClock clock, TimeSpan limit, long timestamp)
    {
        Interlocked.Exchange(ref _clock, clock); // before the due time is read: see Fire
        FireWithin(limit, timestamp);
    }

    /// <summary>Makes sure that it fires no later than that; it may fire sooner.</summary>
    /// <param name="limit">How soon.</param>
    /// <param name="timestamp">From when on.</param>
    public void FireWithin(TimeSpan limit, long timestamp)
    {
        var due = Volatile.Read(ref _due);
        if (due == 0 || due > At(timestamp) + limit.Ticks)
        {
            Set(limit, timestamp);
        }
    }

    /// <summary>The clock needs it no more.</summary>
    public void Release()
    {
        Volatile.Write(ref _clock, null);
        if (_time != TimeProvider.System || Volatile.Read(ref _free) >= MaxFree)
        {
            _timer.Dispose();
            return;
        }

        Interlocked.Increment(ref _free);
        Free.Enqueue(this);
    }

    private long At(long timestamp) => _time.GetElapsedTime(0, timestamp).Ticks;

    private void Fire()
    {
        Interlocked.Exchange(ref _due, 0); // before the clock is read: whoever serves another one sees that, or is seen here
        while (Volatile.Read(ref _clock) is { } clock && clock.Look() is { } left)
        {
            Set(left, _time.GetTimestamp());
            if (Volatile.Read(ref _clock) == clock)
            {
                return;
            }
        }
    }

    private void Set(TimeSpan limit, long timestamp)
    {
        Volatile.Write(ref _due, At(timestamp) + limit.Ticks);

        // Timers count whole milliseconds. One that is disposed takes no change.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(limit.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }
}
