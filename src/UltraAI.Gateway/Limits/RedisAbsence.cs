using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Limits;

/// <summary>One subject's limits in this instance while Redis is gone: its share of the rate, and no burst. Belongs to its subject's gate.</summary>
/// <remarks>
/// The share is taken by price: with n instances everything costs n times as much, out of buckets that hold a second of the rate,
/// and one request at least. Whole numbers again, for any n.
/// </remarks>
internal sealed class RedisAbsence
{
    private TokenBucket _requests;
    private TokenBucket _tokens;
    private int _era = -1;

    /// <summary>Says what is missing for a demand; takes nothing.</summary>
    public void Check(RedisSubject subject, in LimitDemand demand, int era, int instances, long now, ref LimitShortage shortage)
    {
        var options = subject.Subject.Options;
        Begin(options, era, instances, now);
        if (BucketSize.OfRequests(options) is { } requests)
        {
            CheckBucket(subject, ref _requests, Share(requests, instances), Price(demand.Requests, instances), LimitKind.Requests, now, ref shortage);
        }

        if (BucketSize.OfTokens(options) is { } tokens)
        {
            CheckBucket(subject, ref _tokens, Share(tokens, instances), Price(demand.Tokens, instances), LimitKind.Tokens, now, ref shortage);
        }

        if (demand.Concurrent > 0 && options.MaxConcurrent is { } most && subject.Slots.Running + demand.Concurrent > Math.Max(1, most / instances))
        {
            shortage.Concurrency(subject.Subject, subject.IsProvider);
        }
    }

    /// <summary>Takes what was found to be there. Redis is told when it is back.</summary>
    /// <returns>The tokens that are reserved now; -1 if they are not limited.</returns>
    public long Take(RedisSubject subject, in LimitDemand demand, int instances, long now)
    {
        var options = subject.Subject.Options;
        subject.Slots.Start(demand.Concurrent, now);
        if (BucketSize.OfRequests(options) is { } requests)
        {
            _requests.Take(Price(demand.Requests, instances));
            subject.Requests.Charge = Math.Min(subject.Requests.Charge + requests.Reserved(demand.Requests), BucketSize.Largest);
        }

        if (BucketSize.OfTokens(options) is not { } tokens)
        {
            return -1;
        }

        // A demand that is larger than the bucket waits for a full one and is then owed in full: calls are long, and their
        // settlement would come too late to keep the rate.
        _tokens.Take(Price(demand.Tokens, instances));
        var reserved = tokens.Reserved(demand.Tokens);
        subject.Tokens.Charge = Math.Min(subject.Tokens.Charge + reserved, BucketSize.Largest);
        return reserved;
    }

    /// <summary>Corrects an estimate.</summary>
    /// <param name="unused">Reserved and not used; below 0: used beyond it.</param>
    /// <param name="size">The limit of tokens as it is now.</param>
    /// <param name="instances">By how many the rate is divided.</param>
    public void Settle(long unused, BucketSize size, int instances)
    {
        if (unused < 0)
        {
            _tokens.Take(Price(-unused, instances));
        }
        else
        {
            _tokens.GiveBack(Price(unused, instances), Share(size, instances));
        }
    }

    public LimitState? RequestState(LimitOptions options, int instances) => State(_requests, BucketSize.OfRequests(options), instances);

    public LimitState? TokenState(LimitOptions options, int instances) => State(_tokens, BucketSize.OfTokens(options), instances);

    private static LimitState? State(in TokenBucket bucket, BucketSize? size, int instances)
    {
        if (size is not { } whole)
        {
            return null;
        }

        var state = bucket.State(Share(whole, instances));
        return state with { Limit = state.Limit / instances, Remaining = state.Remaining / instances };
    }

    private static void CheckBucket(
        RedisSubject subject, ref TokenBucket bucket, BucketSize size, long price, LimitKind kind, long now, ref LimitShortage shortage)
    {
        bucket.Refill(size, now);
        var amount = size.Reserved(price);
        if (amount > 0 && !bucket.Holds(amount))
        {
            shortage.Rate(subject.Subject, subject.IsProvider, kind, bucket.WaitFor(amount, size));
        }
    }

    // Each absence starts anew: with one request, since Redis may have given out the burst just before.
    private void Begin(LimitOptions options, int era, int instances, long now)
    {
        if (era == _era)
        {
            return;
        }

        _era = era;
        _requests.Start(instances, now);
        _tokens.Start(BucketSize.OfTokens(options) is { } tokens ? Share(tokens, instances).Capacity : 0, now);
    }

    private static BucketSize Share(BucketSize size, int instances) =>
        new(Math.Max(instances, size.PerMinute / 60), size.PerMinute);

    private static long Price(long demand, int instances) =>
        Math.Min(Math.Clamp(demand, 0, BucketSize.Largest) * instances, BucketSize.Largest);
}
