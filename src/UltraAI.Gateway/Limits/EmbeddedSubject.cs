namespace UltraAI.Gateway.Limits;

/// <summary>One subject's buckets and running calls in this process. Everything but <see cref="Decisions"/> belongs to <see cref="Gate"/>.</summary>
internal sealed class EmbeddedSubject(LimitSubject subject, bool isProvider, LimitDecisions decisions)
{
    private TokenBucket _requests;
    private TokenBucket _tokens;
    private int _running;

    public Lock Gate { get; } = new();

    public LimitSubject Subject { get; } = subject;

    public LimitDecisions Decisions { get; } = decisions;

    /// <summary>Says what is missing for a demand; takes nothing.</summary>
    public void Check(in LimitDemand demand, long now, ref LimitShortage shortage)
    {
        var options = Subject.Options;
        if (BucketSize.OfRequests(options) is { } requests)
        {
            CheckBucket(ref _requests, requests, demand.Requests, LimitKind.Requests, now, ref shortage);
        }

        if (BucketSize.OfTokens(options) is { } tokens)
        {
            CheckBucket(ref _tokens, tokens, demand.Tokens, LimitKind.Tokens, now, ref shortage);
        }

        if (demand.Concurrent > 0 && options.MaxConcurrent is { } most && _running + demand.Concurrent > most)
        {
            shortage.Concurrency(Subject, isProvider);
        }
    }

    /// <summary>Takes what was found to be there.</summary>
    /// <returns>The tokens that are reserved now; -1 if tokens are not limited.</returns>
    public long Take(in LimitDemand demand)
    {
        var options = Subject.Options;
        _running += demand.Concurrent;
        if (BucketSize.OfRequests(options) is { } requests)
        {
            _requests.Take(requests.Reserved(demand.Requests));
        }

        if (BucketSize.OfTokens(options) is not { } tokens)
        {
            return -1;
        }

        var reserved = tokens.Reserved(demand.Tokens);
        _tokens.Take(reserved);
        return reserved;
    }

    /// <param name="concurrent">Calls that have ended.</param>
    /// <param name="reserved">What <see cref="Take"/> returned, added up.</param>
    /// <param name="used">The tokens that were really used.</param>
    /// <param name="now">In ticks.</param>
    public void Settle(int concurrent, long reserved, long used, long now)
    {
        _running -= concurrent;
        if (reserved < 0 || BucketSize.OfTokens(Subject.Options) is not { } size)
        {
            return;
        }

        _tokens.Refill(size, now);
        if (used > reserved)
        {
            _tokens.Take(used - reserved);
        }
        else
        {
            _tokens.GiveBack(reserved - used, size);
        }
    }

    public LimitState? RequestState() => BucketSize.OfRequests(Subject.Options) is { } size ? _requests.State(size) : null;

    public LimitState? TokenState() => BucketSize.OfTokens(Subject.Options) is { } size ? _tokens.State(size) : null;

    private void CheckBucket(ref TokenBucket bucket, BucketSize size, long demand, LimitKind kind, long now, ref LimitShortage shortage)
    {
        bucket.Refill(size, now);
        var amount = size.Reserved(demand);
        if (amount > 0 && !bucket.Holds(amount))
        {
            shortage.Rate(Subject, isProvider, kind, bucket.WaitFor(amount, size));
        }
    }
}
