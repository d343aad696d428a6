namespace UltraAI.Gateway.Forwarding;

/// <summary>Counts the requests that run, and refuses new ones once the gateway drains.</summary>
internal sealed class DrainState
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private volatile bool _isStopping;
    private volatile bool _isDraining;

    /// <summary>Told to stop: not ready any more, but still taking requests.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>No new request is taken any more.</summary>
    public bool IsDraining => _isDraining;

    public int Running => Volatile.Read(ref _running);

    public void Stop() => _isStopping = true;

    /// <summary>From now on new requests are refused.</summary>
    /// <returns>A task that is complete when no request runs any more.</returns>
    public Task Drain()
    {
        _isDraining = true;

        // Either this sees that the last request has left, or that request sees that the gateway drains.
        Interlocked.MemoryBarrier();
        CompleteIfIdle();
        return _idle.Task;
    }

    public bool TryEnter()
    {
        Interlocked.Increment(ref _running);
        if (!_isDraining)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave()
    {
        Interlocked.Decrement(ref _running);
        CompleteIfIdle();
    }

    private void CompleteIfIdle()
    {
        if (_isDraining && Volatile.Read(ref _running) == 0)
        {
            _idle.TrySetResult();
        }
    }
}
