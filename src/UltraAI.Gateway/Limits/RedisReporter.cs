using System.Collections.Concurrent;

namespace UltraAI.Gateway.Limits;

/// <summary>Tells Redis behind the responses, in batches: what was spent, settled and released; and gets and returns leases.</summary>
/// <remarks>Bounded by the number of subjects: each is in the queue and in the list at most once.</remarks>
internal sealed class RedisReporter(RedisAvailability availability, RedisNames names, RedisClock clock)
{
    private const int SubjectsPerCall = 32;

    // How long settlements are gathered; a slot or a lease that others may wait for goes at once.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);

    // How often what is held is looked through.
    private static readonly TimeSpan Sweep = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<RedisSubject> _queue = new();

    // Whoever watches a subject holds its gate, and perhaps another one: no gate may be taken while this is locked.
    private readonly HashSet<RedisSubject> _active = [];

    private readonly RedisSignal _work = new(clock.Time);
    private readonly RedisSignal _urgent = new(clock.Time);
    private volatile bool _declares;

    /// <summary>Has a subject looked through from time to time, until it holds nothing of Redis's any more.</summary>
    public void Watch(RedisSubject subject)
    {
        if (!Volatile.Read(ref subject.IsActive) && !Interlocked.Exchange(ref subject.IsActive, true))
        {
            lock (_active)
            {
                _active.Add(subject);
            }

            _work.Set();
        }
    }

    /// <summary>Puts a subject into the next batch.</summary>
    public void Report(RedisSubject subject, bool isUrgent)
    {
        Watch(subject);
        if (!Interlocked.Exchange(ref subject.IsQueued, true))
        {
            _queue.Enqueue(subject);
            _work.Set();
        }

        if (isUrgent)
        {
            _urgent.Set();
        }
    }

    /// <summary>Declares all running calls anew: Redis has lost them, or is about to forget them.</summary>
    public void DeclareAll()
    {
        _declares = true;
        _work.Set();
        _urgent.Set();
    }

    /// <summary>Forgets all leases: Redis will know this instance by another id.</summary>
    public void ResetAll()
    {
        foreach (var subject in Active())
        {
            lock (subject.Gate)
            {
                subject.Reset();
            }
        }

        DeclareAll();
    }

    public async Task RunAsync(RedisPipeline pipeline, CancellationToken cancellation)
    {
        var swept = clock.Now;
        try
        {
            while (true)
            {
                await _work.WaitAsync(IsIdle() ? Timeout.InfiniteTimeSpan : Sweep, cancellation);
                await _urgent.WaitAsync(Gathering, cancellation);
                if (clock.Now - swept >= Sweep.Ticks)
                {
                    swept = clock.Now;
                    LookThrough();
                }

                await SendAllAsync(pipeline, Interlocked.Exchange(ref _declares, false));
            }
        }
        catch (OperationCanceledException)
        {
            // The store stops.
        }
    }

    /// <summary>Gives all leases back.</summary>
    public async Task ReturnAllAsync(RedisPipeline pipeline)
    {
        foreach (var subject in Active())
        {
            lock (subject.Gate)
            {
                subject.Requests.Return();
                subject.Tokens.Return();
            }

            _queue.Enqueue(subject);
        }

        await SendAllAsync(pipeline, declares: false);
    }

    private bool IsIdle()
    {
        lock (_active)
        {
            return _active.Count == 0;
        }
    }

    private RedisSubject[] Active()
    {
        lock (_active)
        {
            return [.. _active];
        }
    }

    // Subjects that hold nothing leave the list; the others report what they have to.
    private void LookThrough()
    {
        foreach (var subject in Active())
        {
            bool holdsAny;
            lock (subject.Gate)
            {
                holdsAny = subject.HoldsAny;
                if (!holdsAny)
                {
                    Volatile.Write(ref subject.IsActive, false);
                }
            }

            if (!holdsAny)
            {
                Leave(subject);
            }
            else if (!Interlocked.Exchange(ref subject.IsQueued, true))
            {
                _queue.Enqueue(subject);
            }
        }
    }

    private void Leave(RedisSubject subject)
    {
        lock (_active)
        {
            // It may be watched again by now.
            if (!Volatile.Read(ref subject.IsActive))
            {
                _active.Remove(subject);
            }
        }
    }

    private async Task SendAllAsync(RedisPipeline pipeline, bool declares)
    {
        if (declares)
        {
            foreach (var subject in Active())
            {
                Volatile.Write(ref subject.IsQueued, true);
                _queue.Enqueue(subject);
            }
        }

        while (!_queue.IsEmpty)
        {
            if (availability.Era is not { } era)
            {
                // What is owed stays with the subjects, and they are declared when Redis is back.
                while (_queue.TryDequeue(out var subject))
                {
                    Volatile.Write(ref subject.IsQueued, false);
                }

                return;
            }

            var call = NextBatch(era, declares);
            if (!call.IsEmpty)
            {
                await pipeline.SendAsync(call);
            }
        }
    }

    private RedisLimitCall NextBatch(RedisEra era, bool declares)
    {
        var call = new RedisLimitCall(era, names, this);
        for (var i = 0; i < SubjectsPerCall && _queue.TryDequeue(out var subject); i++)
        {
            Volatile.Write(ref subject.IsQueued, false);
            var now = clock.Now;
            var options = subject.Subject.Options;
            lock (subject.Gate)
            {
                call.Add(RedisBucketEntry.ForReport(subject, LimitKind.Requests, BucketSize.OfRequests(options), availability.Instances, now));
                call.Add(RedisBucketEntry.ForReport(subject, LimitKind.Tokens, BucketSize.OfTokens(options), availability.Instances, now));
                call.Add(RedisSlotsEntry.ForReport(subject, availability.Instances, declares, now));
            }
        }

        return call;
    }
}
