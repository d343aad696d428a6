using StackExchange.Redis;

namespace UltraAI.Gateway.Limits;

/// <summary>The running calls' part of a <see cref="RedisLimitCall"/>.</summary>
internal sealed class RedisSlotsEntry : RedisLimitEntry
{
    private readonly int _most;
    private readonly int _ask;
    private readonly int _started;
    private readonly long _want;
    private readonly long _target;
    private readonly long _adjust;
    private readonly long _generation;
    private bool _isShort;

    private RedisSlotsEntry(RedisSubject subject, int most, int ask, int instances, long now)
        : base(subject)
    {
        var slots = subject.Slots;
        if (ask > 0 && slots.Spare >= ask)
        {
            // A free slot is here; something else has to be asked for.
            slots.Start(ask, now);
            (_started, ask) = (ask, 0);
        }

        (_most, _ask) = (most, ask);
        _generation = slots.Generation;
        _target = slots.Target(most, instances, now);
        _adjust = _target - slots.Declared;
        _want = ask > 0 && slots.IsHot(now) ? RedisLeasedSlots.MaySpare(most, instances) : 0;
        slots.Sent(_adjust);
    }

    public override string Name => Subject.Slots.Name;

    /// <summary>For a request.</summary>
    public static RedisSlotsEntry ForDemand(RedisSubject subject, int most, int concurrent, int instances, long now) =>
        new(subject, most, concurrent, instances, now);

    /// <summary>For a batch. Null if Redis counts what it should.</summary>
    public static RedisSlotsEntry? ForReport(RedisSubject subject, int instances, bool isForced, long now)
    {
        var slots = subject.Slots;
        if (subject.Subject.Options.MaxConcurrent is not { } most)
        {
            slots.Reset();
            return null;
        }

        return (isForced && slots.HoldsAny) || slots.Target(most, instances, now) != slots.Declared
            ? new RedisSlotsEntry(subject, most, ask: 0, instances, now)
            : null;
    }

    public override void Write(Span<RedisValue> values)
    {
        values.Fill(0);
        values[0] = "s";
        values[1] = _most;
        values[3] = _generation;
        values[6] = _adjust;
        values[8] = _ask;
        values[9] = _want;
        values[10] = _target;
    }

    public override void Answered(in RedisAnswer answer, bool isGranted, long sent, long now, long deadline)
    {
        lock (Subject.Gate)
        {
            Subject.Slots.Answered(answer, isGranted ? _ask : 0);
            if (isGranted && _ask > 0)
            {
                Subject.Slots.Start(_ask, now);
            }

            if (!isGranted)
            {
                Subject.Slots.End(_started);
            }

            _isShort = !isGranted && _ask > 0 && answer.First + _ask > _most;
        }
    }

    // Redis drops the id, and with it all that it counted for it.
    public override void Abandoned()
    {
        lock (Subject.Gate)
        {
            Subject.Slots.End(_started);
        }
    }

    public override void Explain(long now, ref LimitShortage shortage)
    {
        if (_isShort)
        {
            shortage.Concurrency(Subject.Subject, Subject.IsProvider);
        }
    }
}
