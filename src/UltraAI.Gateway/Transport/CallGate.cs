namespace UltraAI.Gateway.Transport;

/// <summary>How many calls may run at once, and how many may wait.</summary>
internal sealed record CallLimits(int MaxCalls, int MaxQueued);

/// <summary>Lets a bounded number of calls run; a bounded number more wait in order, and leave the queue when they are cancelled.</summary>
/// <remarks>
/// NOTE: System.Threading.RateLimiting.ConcurrencyLimiter does nearly the same. HOWEVER it allocates a lease per call, and keeps
/// cancelled waiters in its queue until a place is freed: with a provider that hangs, they would pile up.
/// </remarks>
internal sealed class CallGate(CallLimits limits)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _queue = [];
    private volatile CallLimits _limits = limits;
    private int _running;
    private long _entered;

    /// <summary>How many calls have got a place since start.</summary>
    public long Entered
    {
        get
        {
            lock (_lock)
            {
                return _entered;
            }
        }
    }

    public int Running
    {
        get
        {
            lock (_lock)
            {
                return _running;
            }
        }
    }

    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Changes the limits, if they are others; calls that run or wait stay.</summary>
    public void Resize(CallLimits limits)
    {
        if (_limits == limits)
        {
            return;
        }

        lock (_lock)
        {
            _limits = limits;
            while (_running < limits.MaxCalls && TryAdmitNext())
            {
                _running++;
            }
        }
    }

    /// <summary>Takes a place, at once or in turn.</summary>
    /// <returns>Null if the queue is full; else a task that is complete when the place is taken, or cancelled.</returns>
    public ValueTask? TryEnter(CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (_running < _limits.MaxCalls && _queue.Count == 0)
            {
                _running++;
                _entered++;
                return default(ValueTask);
            }

            if (_queue.Count >= _limits.MaxQueued)
            {
                return null;
            }

            waiter = new Waiter();
            waiter.Node = _queue.AddLast(waiter);
        }

        return new ValueTask(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Gives a place back: to the one that waited longest, if there is one.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (_running > _limits.MaxCalls || !TryAdmitNext())
            {
                _running--;
            }
        }
    }

    private bool TryAdmitNext()
    {
        while (_queue.First is { } node)
        {
            _queue.RemoveFirst();
            if (node.Value.TrySetResult())
            {
                _entered++;
                return true;
            }
        }

        return false;
    }

    private async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (gate, waiter) = ((CallGate, Waiter))state!;
                lock (gate._lock)
                {
                    if (waiter.TrySetCanceled(token))
                    {
                        gate._queue.Remove(waiter.Node!);
                    }
                }
            },
            (this, waiter));
        await waiter.Task;
    }

    private sealed class Waiter() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public LinkedListNode<Waiter>? Node { get; set; }
    }
}
