using UltraAI.Gateway.Storage;
using Share = UltraAI.Gateway.Limits.RedisReservation.Share;

namespace UltraAI.Gateway.Limits;

/// <summary>The limits of all instances together, in Redis 5 or later.</summary>
/// <remarks>
/// Each subject's first requests are one awaited script each. One that is used a lot gets a lease: an eighth of its burst, shared
/// by all instances, that counts against the burst until it is spent, returned or expired. It is renewed in the background, and
/// while it lasts a request is decided here, at once. <c>limits.lua</c> says why no window of time can hold more than
/// burst + rate × time.
/// </remarks>
internal sealed partial class RedisLimitStore : ILimitStore
{
    /// <summary>How long Redis keeps a lease for an instance that says nothing more.</summary>
    public static readonly TimeSpan LeaseLife = TimeSpan.FromSeconds(2);

    /// <summary>A holder stops using its lease so long before Redis forgets it, counted from the sending of its request.</summary>
    /// <remarks>More than any answer is waited for: what is held for the time of a request is still there when it is decided.</remarks>
    public static readonly TimeSpan SafetyMargin = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the slots of an instance count after its last sign of life.</summary>
    public static readonly TimeSpan InstanceLife = TimeSpan.FromSeconds(10);

    private readonly StoreFailure _onFailure;
    private readonly LimitMetrics _metrics;
    private readonly RedisClock _clock;
    private readonly RedisNames _names;
    private readonly RedisAvailability _availability;
    private readonly RedisReporter _reporter;
    private readonly RedisPipeline _pipeline;
    private readonly RedisHeartbeat _heartbeat;

    public RedisLimitStore(RedisConnection connection, StoreFailure onFailure, LimitMetrics metrics, TimeProvider time, ILogger<RedisLimitStore> logger)
    {
        _onFailure = onFailure;
        _metrics = metrics;
        _clock = new RedisClock(time);
        _names = new RedisNames(connection.Prefix);
        _availability = new RedisAvailability(onFailure, time, logger);
        _reporter = new RedisReporter(_availability, _names, _clock);
        _pipeline = new RedisPipeline(connection, _availability, _clock);
        _heartbeat = new RedisHeartbeat(connection, _availability, _names, _reporter, _clock);
        metrics.Observe(() => IsAvailable);
    }

    /// <summary>True while Redis answers in time.</summary>
    public bool IsAvailable => _availability.Era is not null;

    /// <summary>Instances that live, this one included, when Redis last said so.</summary>
    public int Instances => _availability.Instances;

    public ValueTask<LimitDecision> ReserveAsync(LimitSubject? key, LimitDemand keyDemand, LimitSubject? provider, LimitDemand providerDemand)
    {
        var reservation = new RedisReservation(this, StateOf(key, isProvider: false), StateOf(provider, isProvider: true));
        return ReserveAsync(reservation, keyDemand, providerDemand);
    }

    internal ValueTask<LimitDecision> ReserveAsync(RedisReservation reservation, LimitDemand keyDemand, LimitDemand providerDemand)
    {
        if (_availability.Era is not { } era)
        {
            return new ValueTask<LimitDecision>(WithoutRedis(reservation, keyDemand, providerDemand));
        }

        RedisLimitCall call;
        using (new RedisGates(reservation.Key, reservation.Provider))
        {
            var now = _clock.Now;
            if (FromLeases(reservation, keyDemand, providerDemand, now) is { } decision)
            {
                return new ValueTask<LimitDecision>(decision);
            }

            call = new RedisLimitCall(era, _names, _reporter);
            AddDemand(call, reservation.Key, keyDemand, now);
            AddDemand(call, reservation.Provider, providerDemand, now);
        }

        return new ValueTask<LimitDecision>(AskAsync(call, reservation, keyDemand, providerDemand));
    }

    /// <summary>Ends what is held of one subject. To be called with its gate held.</summary>
    internal void Settle(RedisSubject? subject, Share share, long used, bool isAbsent)
    {
        if (subject is null)
        {
            return;
        }

        subject.Slots.End(share.Concurrent);
        var options = subject.Subject.Options;
        var isSlotFree = options.MaxConcurrent is { } most && subject.Slots.Spare > RedisLeasedSlots.MaySpare(most, Instances);
        var unused = share.Tokens < 0 ? 0 : share.Tokens - used;
        if (!isAbsent)
        {
            subject.Tokens.Adjust += unused;
        }
        else
        {
            subject.Tokens.Charge = Math.Max(0, subject.Tokens.Charge - unused);
        }

        if (unused != 0 && !IsAvailable && BucketSize.OfTokens(options) is { } size)
        {
            subject.Absence.Settle(unused, size, Instances);
        }

        if (isSlotFree || (unused != 0 && !MayWait(subject)))
        {
            _reporter.Report(subject, isUrgent: isSlotFree);
        }
    }

    // With plenty of the lease left here, unused tokens go back with the next look through all subjects: a report of their own, every
    // ten milliseconds, took a busy gateway a twentieth of its time.
    private bool MayWait(RedisSubject subject) =>
        BucketSize.OfTokens(subject.Subject.Options) is { } size && IsAvailable && subject.Tokens.HasPlenty(size, Instances, _clock.Now);

    private async Task<LimitDecision> AskAsync(RedisLimitCall call, RedisReservation reservation, LimitDemand keyDemand, LimitDemand providerDemand)
    {
        if (!await _pipeline.SendAsync(call))
        {
            return WithoutRedis(reservation, keyDemand, providerDemand);
        }

        using var gates = new RedisGates(reservation.Key, reservation.Provider);
        var now = _clock.Now;
        if (call.IsGranted)
        {
            return Admitted(reservation, Granted(call, reservation.Key, keyDemand, now), Granted(call, reservation.Provider, providerDemand, now), now);
        }

        var shortage = default(LimitShortage);
        call.Explain(now, ref shortage);
        return Refused(reservation, shortage, now);
    }

    // Null if Redis has to be asked.
    private LimitDecision? FromLeases(RedisReservation reservation, in LimitDemand keyDemand, in LimitDemand providerDemand, long now)
    {
        var (key, provider) = (reservation.Key, reservation.Provider);
        if (key?.Covers(keyDemand, now) != false && provider?.Covers(providerDemand, now) != false)
        {
            return Admitted(reservation, TakeCovered(key, keyDemand, now), TakeCovered(provider, providerDemand, now), now);
        }

        var shortage = default(LimitShortage);
        key?.CheckKnown(keyDemand, now, ref shortage);
        provider?.CheckKnown(providerDemand, now, ref shortage);
        return shortage.IsAny ? Refused(reservation, shortage, now) : null;
    }

    private Share TakeCovered(RedisSubject? subject, in LimitDemand demand, long now)
    {
        if (subject is null)
        {
            return new Share(0, -1);
        }

        var (tokens, isLow) = subject.TakeCovered(demand, Instances, now);
        if (isLow)
        {
            _reporter.Report(subject, isUrgent: true);
        }
        else
        {
            _reporter.Watch(subject);
        }

        return new Share(demand.Concurrent, tokens);
    }

    private void AddDemand(RedisLimitCall call, RedisSubject? subject, in LimitDemand demand, long now)
    {
        if (subject is null)
        {
            return;
        }

        var options = subject.Subject.Options;
        call.Add(RedisBucketEntry.ForDemand(subject, LimitKind.Requests, BucketSize.OfRequests(options), demand.Requests, Instances, now));
        call.Add(RedisBucketEntry.ForDemand(subject, LimitKind.Tokens, BucketSize.OfTokens(options), demand.Tokens, Instances, now));
        if (demand.Concurrent > 0 && options.MaxConcurrent is { } most)
        {
            call.Add(RedisSlotsEntry.ForDemand(subject, most, demand.Concurrent, Instances, now));
        }

        _reporter.Watch(subject);
    }

    private static Share Granted(RedisLimitCall call, RedisSubject? subject, in LimitDemand demand, long now)
    {
        if (subject is null)
        {
            return new Share(0, -1);
        }

        if (!call.Counts(subject))
        {
            subject.Slots.Start(demand.Concurrent, now); // no limit to ask for
        }

        return new Share(demand.Concurrent, BucketSize.OfTokens(subject.Subject.Options)?.Reserved(demand.Tokens) ?? -1);
    }

    private LimitDecision Admitted(RedisReservation reservation, Share keyShare, Share providerShare, long now)
    {
        if (!reservation.Add(keyShare, providerShare, isAbsent: false))
        {
            return new LimitDecision { Refusal = LimitShortage.Ended };
        }

        LimitMetrics.AdmittedBy(DecisionsOf(reservation), reservation.Key?.Subject, reservation.Provider?.Subject);
        return new LimitDecision { Reservation = reservation, Requests = reservation.Key?.RequestState(now), Tokens = reservation.Key?.TokenState(now) };
    }

    private LimitDecision Refused(RedisReservation reservation, in LimitShortage shortage, long now)
    {
        DecisionsOf(reservation).Add(shortage.IsProvider, shortage.Kind, admitted: false);
        return new LimitDecision { Refusal = shortage.ToError(), Requests = reservation.Key?.RequestState(now), Tokens = reservation.Key?.TokenState(now) };
    }

    private LimitDecisions DecisionsOf(RedisReservation reservation) => reservation.Key?.Decisions ?? _metrics.Other;

    private RedisSubject? StateOf(LimitSubject? subject, bool isProvider) =>
        subject is null ? null : subject.State as RedisSubject ?? Create(subject, isProvider);

    private RedisSubject Create(LimitSubject subject, bool isProvider)
    {
        lock (subject)
        {
            if (subject.State is not RedisSubject state)
            {
                subject.State = state = new RedisSubject(subject, isProvider, _names.Of(subject), isProvider ? _metrics.Other : _metrics.DecisionsOf(subject));
            }

            return state;
        }
    }
}
