namespace UltraAI.Gateway.Synthesis.Collect;

/// <summary>Runs the calls of a stage at once, and ends the stage by its rule.</summary>
internal static class StageCollector
{
    /// <summary>Never throws for what a call does, and never waits for a call after the stage has ended.</summary>
    public static Task<StageResult<T>> CollectAsync<T>(
        IReadOnlyList<StageCall<T>> calls, StageRule rule, TimeProvider time, RunCancellation run, IStageObserver<T>? observer = null) =>
        new StageCollector<T>(calls, rule, time, run, observer).RunAsync();
}

/// <summary>One stage while it runs.</summary>
/// <remarks>
/// Arrivals are stamped when they come and worked off one by one, by time and then by member, on one thread at a time. So what counts depends on the
/// stamps alone, never on when this code gets to run: an answer that came at the very moment of the stage's end is late.
/// </remarks>
internal sealed class StageCollector<T>(IReadOnlyList<StageCall<T>> calls, StageRule rule, TimeProvider time, RunCancellation run, IStageObserver<T>? observer)
{
    // NOTE: the sources are not disposed: a call that ignores its cancellation may still look at its token. They hold nothing that needs it.
    private readonly CancellationTokenSource[] _cancellations = [.. calls.Select(_ => new CancellationTokenSource())];
    private readonly StageCallResult<T>?[] _results = new StageCallResult<T>?[calls.Count];
    private readonly StageClock _clock = new(rule);
    private readonly long _start = time.GetTimestamp();

    private readonly Lock _lock = new();
    private List<(int Index, StageCallResult<T> Result)> _arrivals = [];
    private TaskCompletionSource _signal = NewSignal();

    private int _pending = calls.Count;
    private int _pendingRequired = calls.Count(call => call.Required);
    private int _ok;

    public async Task<StageResult<T>> RunAsync()
    {
        using var registration = run.Token.UnsafeRegister(static state => ((StageCollector<T>)state!).RunCancelled(), this);
        using var timer = time.CreateTimer(static state => ((StageCollector<T>)state!).Signal(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        for (var i = 0; i < calls.Count; i++)
        {
            _ = WatchAsync(i);
        }

        while (true)
        {
            var (arrivals, now, signal) = Take();
            if (Advance(arrivals, now) is { } end)
            {
                return Close(end.End, end.At);
            }

            // Timers count whole milliseconds, and may fire a little early; then the rest is waited for.
            timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling((_clock.Next - now).TotalMilliseconds)), Timeout.InfiniteTimeSpan);
            await signal;
        }
    }

    private async Task WatchAsync(int index)
    {
        StageCallResult<T> result;
        try
        {
            var value = await calls[index].StartAsync(_cancellations[index].Token);
            result = new StageCallResult<T> { Value = value, IsOk = calls[index].IsOk(value) };
        }
        catch (Exception exception)
        {
            // Whatever a call throws is that call's failure, not the stage's.
            result = new StageCallResult<T> { Fault = exception };
        }

        lock (_lock)
        {
            _arrivals.Add((index, result with { Elapsed = Elapsed() }));
            _signal.TrySetResult();
        }
    }

    private void Signal()
    {
        lock (_lock)
        {
            _signal.TrySetResult();
        }
    }

    private void RunCancelled()
    {
        lock (_lock)
        {
            _clock.RunCancelled(Elapsed());
            _signal.TrySetResult();
        }
    }

    private (List<(int Index, StageCallResult<T> Result)> Arrivals, TimeSpan Now, Task Signal) Take()
    {
        lock (_lock)
        {
            var arrivals = _arrivals;
            _arrivals = [];
            _signal = NewSignal();
            return (arrivals, Elapsed(), _signal.Task);
        }
    }

    private (StageEnd End, TimeSpan At)? Advance(List<(int Index, StageCallResult<T> Result)> arrivals, TimeSpan now)
    {
        foreach (var (index, result) in arrivals.OrderBy(arrival => arrival.Result.Elapsed).ThenBy(arrival => arrival.Index))
        {
            if (_clock.EndUntil(result.Elapsed) is { } before)
            {
                return before;
            }

            Settle(index, result);
            if (EndAt(result.Elapsed) is { } end)
            {
                return (end, result.Elapsed);
            }
        }

        return _pending == 0 ? (StageEnd.AllSettled, now) : _clock.EndUntil(now);
    }

    private void Settle(int index, StageCallResult<T> result)
    {
        _results[index] = result;
        _pending--;
        _pendingRequired -= calls[index].Required ? 1 : 0;
        observer?.Settled(index, result);
        if (result.IsOk && ++_ok == Math.Max(rule.Quorum, rule.Needed))
        {
            _clock.QuorumReached(result.Elapsed);
            observer?.QuorumReached(_ok);
        }

        if (_pendingRequired == 0)
        {
            _clock.RequiredSettled();
        }
    }

    private StageEnd? EndAt(TimeSpan moment) =>
        _pending == 0 ? StageEnd.AllSettled
        : _ok + _pending < rule.Needed ? StageEnd.Strict
        : _clock.GraceIsOver(moment) ? StageEnd.Quorum
        : null;

    private StageResult<T> Close(StageEnd end, TimeSpan at)
    {
        var reason = end switch
        {
            StageEnd.Quorum => CancelReason.Straggler,
            StageEnd.Deadline => CancelReason.StageDeadline,
            StageEnd.Strict => CancelReason.Strict,
            _ => run.Reason ?? CancelReason.Client,
        };
        for (var i = 0; i < _results.Length; i++)
        {
            if (_results[i] is null)
            {
                // Marks the token at once; what is registered on it runs elsewhere, and can neither hold the stage up nor break it.
                _ = _cancellations[i].CancelAsync();
                _results[i] = new StageCallResult<T> { Cancelled = reason, Elapsed = at };
                observer?.Cancelled(i, reason);
            }
        }

        return new StageResult<T>(end, at, [.. _results.Select(result => result!.Value)]);
    }

    private TimeSpan Elapsed() => time.GetElapsedTime(_start);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
