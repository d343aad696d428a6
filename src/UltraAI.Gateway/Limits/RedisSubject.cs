namespace UltraAI.Gateway.Limits;

/// <summary>One subject as this instance sees it. Everything that changes belongs to <see cref="Gate"/>; the key's is taken before the provider's.</summary>
internal sealed class RedisSubject(LimitSubject subject, bool isProvider, string root, LimitDecisions decisions)
{
    public Lock Gate { get; } = new();

    public LimitSubject Subject { get; } = subject;

    public bool IsProvider { get; } = isProvider;

    public LimitDecisions Decisions { get; } = decisions;

    public RedisLeasedBucket Requests { get; } = new($"{root}:r");

    public RedisLeasedBucket Tokens { get; } = new($"{root}:t");

    public RedisLeasedSlots Slots { get; } = new($"{root}:c");

    /// <summary>What limits it while Redis is gone.</summary>
    public RedisAbsence Absence { get; } = new();

    /// <summary>Waits for the next batch; see <see cref="RedisReporter"/>.</summary>
    public bool IsQueued;

    /// <summary>Holds something of Redis's; see <see cref="RedisReporter"/>.</summary>
    public bool IsActive;

    public bool HoldsAny => Requests.HoldsAny || Tokens.HoldsAny || Slots.HoldsAny;

    /// <summary>True if the demand can be met with what is held here.</summary>
    public bool Covers(in LimitDemand demand, long now)
    {
        var options = Subject.Options;
        return (BucketSize.OfRequests(options) is not { } requests || Requests.Usable(now) >= requests.Reserved(demand.Requests))
            && (BucketSize.OfTokens(options) is not { } tokens || Tokens.Usable(now) >= tokens.Reserved(demand.Tokens))
            && (demand.Concurrent == 0 || options.MaxConcurrent is not { } most || (Slots.Spare >= demand.Concurrent && Slots.Running + demand.Concurrent <= most));
    }

    /// <summary>Takes what <see cref="Covers"/> has found, and tells whether a lease should be asked for.</summary>
    /// <returns>The tokens that are reserved now, -1 if they are not limited; true if a lease runs low.</returns>
    public (long Tokens, bool IsLow) TakeCovered(in LimitDemand demand, int instances, long now)
    {
        var options = Subject.Options;
        var isLow = false;
        if (BucketSize.OfRequests(options) is { } requests)
        {
            isLow |= Take(Requests, requests, demand.Requests, instances, now);
        }

        var tokens = BucketSize.OfTokens(options);
        if (tokens is { } size)
        {
            isLow |= Take(Tokens, size, demand.Tokens, instances, now);
        }

        Slots.Start(demand.Concurrent, now);
        return (tokens?.Reserved(demand.Tokens) ?? -1, isLow);
    }

    /// <summary>Tells what is certainly not there, from what Redis said a moment ago.</summary>
    public void CheckKnown(in LimitDemand demand, long now, ref LimitShortage shortage)
    {
        var options = Subject.Options;
        if (BucketSize.OfRequests(options) is { } requests)
        {
            CheckKnown(Requests, requests, demand.Requests, LimitKind.Requests, now, ref shortage);
        }

        if (BucketSize.OfTokens(options) is { } tokens)
        {
            CheckKnown(Tokens, tokens, demand.Tokens, LimitKind.Tokens, now, ref shortage);
        }
    }

    public LimitState? RequestState(long now) => BucketSize.OfRequests(Subject.Options) is { } size ? Requests.State(size, now) : null;

    public LimitState? TokenState(long now) => BucketSize.OfTokens(Subject.Options) is { } size ? Tokens.State(size, now) : null;

    /// <summary>Forgets what Redis has granted; what runs and what is owed stays.</summary>
    public void Reset()
    {
        Requests.Reset();
        Tokens.Reset();
        Slots.Reset();
    }

    private static bool Take(RedisLeasedBucket bucket, BucketSize size, long demand, int instances, long now)
    {
        var isLow = bucket.Want(size, instances, now) > 0;
        bucket.Spent += bucket.Hold(size.Reserved(demand), now);
        bucket.Used(now);
        return isLow;
    }

    private void CheckKnown(RedisLeasedBucket bucket, BucketSize size, long demand, LimitKind kind, long now, ref LimitShortage shortage)
    {
        var amount = size.Reserved(demand);
        if (amount > 0 && bucket.IsShort(amount, size, now))
        {
            shortage.Rate(Subject, IsProvider, kind, bucket.WaitFor(amount, size, now, RedisLimitStore.LeaseLife.Ticks));
        }
    }
}
