using UltraAI.Gateway.Transport.Shards;

namespace UltraAI.Gateway.Transport;

/// <summary>How many calls may run at once, and how many may wait.</summary>
internal sealed record CallLimits(int MaxCalls, int MaxQueued);

/// <summary>Lets a bounded number of calls run; a bounded number more wait in order, and leave the queue when they are cancelled.</summary>
/// <remarks>
/// NOTE: System.Threading.RateLimiting.ConcurrencyLimiter does nearly the same. HOWEVER it allocates a lease per call, and keeps
/// cancelled waiters in its queue until a place is freed: with a provider that hangs, they would pile up.
/// </remarks>
/// <param name="limits">How many.</param>
/// <param name="shards">How the places are divided; null if they are not.</param>
internal sealed class CallGate(CallLimits limits, OriginShards? shards = null)
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
            }
        }
    }

    /// <summary>Takes a place, at once or in turn.</summary>
    /// <param name="wanted">The shard that the place is to be in, if it can; negative: any.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Null if the queue is full; else a task that is complete with the place's shard when it is taken, or cancelled.</returns>
    public ValueTask<int>? TryEnter(int wanted, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (_running < _limits.MaxCalls && _queue.Count == 0)
            {
                return new ValueTask<int>(Take(shards?.Choose(wanted) ?? 0));
            }

            if (_queue.Count >= _limits.MaxQueued)
            {
                return null;
            }

            waiter = new Waiter(wanted);
            waiter.Node = _queue.AddLast(waiter);
        }

        return new ValueTask<int>(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Gives a place back: to the one that waited longest, if there is one.</summary>
    /// <param name="shard">The place's.</param>
    public void Leave(int shard)
    {
        lock (_lock)
        {
            _running--;
            shards?.Leave(shard);
            if (_queue.Count > 0 && _running < _limits.MaxCalls)
            {
                TryAdmitNext();
            }
        }
    }

    private int Take(int shard)
    {
        _running++;
        _entered++;
        shards?.Enter(shard);
        return shard;
    }

    private bool TryAdmitNext()
    {
        while (_queue.First is { } node)
        {
            _queue.RemoveFirst();
            var shard = shards?.Choose(node.Value.Wanted) ?? 0;
            if (node.Value.TrySetResult(shard))
            {
                Take(shard);
                return true;
            }
        }

        return false;
    }

    private async Task<int> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
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
        return await waiter.Task;
    }

    private sealed class Waiter(int wanted) : TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Wanted { get; } = wanted;

        public LinkedListNode<Waiter>? Node { get; set; }
    }
}
