using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Limits;

/// <summary>The limits of one instance, in its memory. It never waits: one short lock per subject, the key's before the provider's.</summary>
/// <remarks>A subject holds its own state, so that both go together.</remarks>
internal sealed class EmbeddedLimitStore : ILimitStore
{
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly LimitMetrics _metrics;

    public EmbeddedLimitStore(TimeProvider time, LimitMetrics metrics)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _metrics = metrics;
        metrics.Observe(static () => true);
    }

    private long Now => _time.GetElapsedTime(_origin).Ticks;

    public ValueTask<LimitDecision> ReserveAsync(LimitSubject? key, LimitDemand keyDemand, LimitSubject? provider, LimitDemand providerDemand)
    {
        var reservation = new Reservation(this, StateOf(key, isProvider: false), StateOf(provider, isProvider: true));
        return new ValueTask<LimitDecision>(reservation.Take(keyDemand, providerDemand));
    }

    private EmbeddedSubject? StateOf(LimitSubject? subject, bool isProvider) =>
        subject is null ? null : subject.State as EmbeddedSubject ?? Create(subject, isProvider);

    private EmbeddedSubject Create(LimitSubject subject, bool isProvider)
    {
        lock (subject)
        {
            if (subject.State is not EmbeddedSubject state)
            {
                subject.State = state = new EmbeddedSubject(subject, isProvider, isProvider ? _metrics.Other : _metrics.DecisionsOf(subject));
            }

            return state;
        }
    }

    private sealed class Reservation(EmbeddedLimitStore store, EmbeddedSubject? key, EmbeddedSubject? provider) : LimitReservation
    {
        private bool _settled;
        private int _keyConcurrent;
        private int _providerConcurrent;
        private long _keyTokens = -1;
        private long _providerTokens = -1;

        public LimitDecision Take(in LimitDemand keyDemand, in LimitDemand providerDemand)
        {
            if (key is null && provider is null)
            {
                return new LimitDecision { Reservation = this };
            }

            // A bucket that has seen a later time lets nothing in for this one: the locks are held no longer than needed.
            var now = store.Now;
            lock ((key ?? provider)!.Gate)
            {
                if (key is null || provider is null)
                {
                    return TakeLocked(keyDemand, providerDemand, now);
                }

                lock (provider.Gate)
                {
                    return TakeLocked(keyDemand, providerDemand, now);
                }
            }
        }

        public override ValueTask<GatewayError?> ExtendAsync(LimitDemand more) => new(Take(more, more).Refusal);

        public override void Settle(long tokens)
        {
            if (Interlocked.Exchange(ref _settled, true))
            {
                return;
            }

            var now = store.Now;
            SettleOne(key, in _keyConcurrent, in _keyTokens, tokens, now);
            SettleOne(provider, in _providerConcurrent, in _providerTokens, tokens, now);
        }

        private static void SettleOne(EmbeddedSubject? subject, in int concurrent, in long reserved, long used, long now)
        {
            if (subject is not null)
            {
                lock (subject.Gate)
                {
                    subject.Settle(concurrent, reserved, used, now);
                }
            }
        }

        private LimitDecision TakeLocked(in LimitDemand keyDemand, in LimitDemand providerDemand, long now)
        {
            if (Volatile.Read(ref _settled))
            {
                return new LimitDecision { Refusal = LimitShortage.Ended };
            }

            var shortage = default(LimitShortage);
            key?.Check(keyDemand, now, ref shortage);
            provider?.Check(providerDemand, now, ref shortage);
            var decisions = key?.Decisions ?? store._metrics.Other;
            if (shortage.IsAny)
            {
                decisions.Add(shortage.IsProvider, shortage.Kind, admitted: false);
                return new LimitDecision { Refusal = shortage.ToError(), Requests = key?.RequestState(), Tokens = key?.TokenState() };
            }

            if (key is not null)
            {
                Add(ref _keyTokens, key.Take(keyDemand));
                _keyConcurrent += keyDemand.Concurrent;
            }

            if (provider is not null)
            {
                Add(ref _providerTokens, provider.Take(providerDemand));
                _providerConcurrent += providerDemand.Concurrent;
            }

            LimitMetrics.AdmittedBy(decisions, key?.Subject, provider?.Subject);
            return new LimitDecision { Reservation = this, Requests = key?.RequestState(), Tokens = key?.TokenState() };
        }

        private static void Add(ref long reserved, long more)
        {
            if (more >= 0)
            {
                reserved = Math.Max(0, reserved) + more;
            }
        }
    }
}
