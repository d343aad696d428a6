using System.Diagnostics;
using StackExchange.Redis;

namespace UltraAI.Gateway.Limits;

/// <summary>One limit's part of a <see cref="RedisLimitCall"/>.</summary>
/// <remarks>It is made under the subject's gate. Its answer is taken in without it, and takes it.</remarks>
internal abstract class RedisLimitEntry(RedisSubject subject)
{
    public RedisSubject Subject { get; } = subject;

    public abstract string Name { get; }

    public abstract void Write(Span<RedisValue> values);

    public abstract void Answered(in RedisAnswer answer, bool isGranted, long sent, long now, long deadline);

    /// <summary>The era has ended. What may or may not have been executed is taken the way that admits less.</summary>
    public abstract void Abandoned();

    public abstract void Explain(long now, ref LimitShortage shortage);
}

/// <summary>A token bucket's part.</summary>
internal sealed class RedisBucketEntry : RedisLimitEntry
{
    private readonly RedisLeasedBucket _bucket;
    private readonly LimitKind _kind;
    private readonly BucketSize _size;
    private readonly long _amount;
    private readonly long _held;
    private readonly long _generation;
    private readonly long _want;
    private readonly double _known;
    private readonly (long Spent, long Returned, long Adjust, long Charge) _report;
    private bool _isShort;

    private RedisBucketEntry(RedisSubject subject, RedisLeasedBucket bucket, LimitKind kind, BucketSize size, long amount, int instances, long now)
        : base(subject)
    {
        (_bucket, _kind, _size, _amount) = (bucket, kind, size, amount);
        _want = bucket.Want(size, instances, now);
        bucket.IsAsking |= _want > 0;
        _held = bucket.Hold(amount, now);
        _generation = bucket.Generation;
        _known = bucket.Known(size, now);
        _report = bucket.TakeReport();
    }

    public override string Name => _bucket.Name;

    private long Ask => _amount - _held;

    /// <summary>For a request. Null if it needs nothing of this bucket.</summary>
    public static RedisBucketEntry? ForDemand(RedisSubject subject, LimitKind kind, BucketSize? size, long demand, int instances, long now)
    {
        if (size is not { } limit || demand <= 0)
        {
            return null;
        }

        var bucket = BucketOf(subject, kind);
        var entry = new RedisBucketEntry(subject, bucket, kind, limit, limit.Reserved(demand), instances, now);
        bucket.Used(now);
        return entry;
    }

    /// <summary>For a batch. Null if there is nothing to tell and no lease to get or keep.</summary>
    public static RedisBucketEntry? ForReport(RedisSubject subject, LimitKind kind, BucketSize? size, int instances, long now)
    {
        var bucket = BucketOf(subject, kind);
        if (size is not { } limit)
        {
            // The limit was taken away: nobody asks any more.
            bucket.Return();
            bucket.TakeReport();
            return null;
        }

        if (bucket.IsIdle(now))
        {
            bucket.Return();
        }

        return bucket.HasReport || bucket.NeedsRenewal(now, RedisLimitStore.LeaseLife.Ticks) || bucket.Want(limit, instances, now) > 0
            ? new RedisBucketEntry(subject, bucket, kind, limit, amount: 0, instances, now)
            : null;
    }

    public override void Write(Span<RedisValue> values)
    {
        values[0] = "b";
        values[1] = _size.Capacity;
        values[2] = _size.PerMinute;
        values[3] = _generation;
        values[4] = _report.Spent;
        values[5] = _report.Returned;
        values[6] = _report.Adjust;
        values[7] = _report.Charge;
        values[8] = Ask;
        values[9] = _want;
        values[10] = (long)_known;
    }

    public override void Answered(in RedisAnswer answer, bool isGranted, long sent, long now, long deadline)
    {
        lock (Subject.Gate)
        {
            _bucket.IsAsking &= _want == 0;
            _bucket.Answered(answer, isGranted ? Ask : 0, sent, now, deadline);
            if (isGranted && _held > 0 && answer.Generation != _generation)
            {
                _bucket.Adjust -= _held; // Redis had forgotten it before the request arrived.
            }
            else if (isGranted)
            {
                _bucket.Spend(_held, _generation);
            }
            else
            {
                _bucket.PutBack(_held, _generation);
                _isShort = Ask > 0 && Ask * RedisLeasedBucket.Scale > answer.First;
            }
        }
    }

    public override void Abandoned()
    {
        lock (Subject.Gate)
        {
            _bucket.IsAsking &= _want == 0;
            _bucket.Adjust += Math.Min(0, _report.Adjust);
            _bucket.Charge += _report.Charge;
        }
    }

    public override void Explain(long now, ref LimitShortage shortage)
    {
        if (_isShort)
        {
            shortage.Rate(Subject.Subject, Subject.IsProvider, _kind, _bucket.WaitFor(_amount, _size, now, RedisLimitStore.LeaseLife.Ticks));
        }
    }

    private static RedisLeasedBucket BucketOf(RedisSubject subject, LimitKind kind)
    {
        Debug.Assert(kind != LimitKind.Concurrency, "Slots are no bucket.");
        return kind == LimitKind.Requests ? subject.Requests : subject.Tokens;
    }
}
