using UltraAI.Gateway.Storage;
using Share = UltraAI.Gateway.Limits.RedisReservation.Share;

namespace UltraAI.Gateway.Limits;

/// <content>What happens to limited requests while Redis is gone: they don't wait for it.</content>
internal sealed partial class RedisLimitStore
{
    private LimitDecision WithoutRedis(RedisReservation reservation, in LimitDemand keyDemand, in LimitDemand providerDemand)
    {
        if (_onFailure == StoreFailure.Deny)
        {
            return new LimitDecision { Refusal = LimitShortage.StoreUnavailable };
        }

        var (key, provider) = (reservation.Key, reservation.Provider);
        using var gates = new RedisGates(key, provider);
        var now = _clock.Now;
        var (era, instances) = (_availability.Eras, Instances);
        var shortage = default(LimitShortage);
        key?.Absence.Check(key, keyDemand, era, instances, now, ref shortage);
        provider?.Absence.Check(provider, providerDemand, era, instances, now, ref shortage);
        var decisions = DecisionsOf(reservation);
        if (shortage.IsAny)
        {
            decisions.Add(shortage.IsProvider, shortage.Kind, admitted: false);
            return new LimitDecision
            {
                Refusal = shortage.ToError(),
                Requests = key?.Absence.RequestState(key.Subject.Options, instances),
                Tokens = key?.Absence.TokenState(key.Subject.Options, instances),
            };
        }

        if (!reservation.Add(TakeAbsent(key, keyDemand, instances, now), TakeAbsent(provider, providerDemand, instances, now), isAbsent: true))
        {
            return new LimitDecision { Refusal = LimitShortage.Ended };
        }

        LimitMetrics.AdmittedBy(decisions, key?.Subject, provider?.Subject);
        return new LimitDecision
        {
            Reservation = reservation,
            Requests = key?.Absence.RequestState(key.Subject.Options, instances),
            Tokens = key?.Absence.TokenState(key.Subject.Options, instances),
        };
    }

    private Share TakeAbsent(RedisSubject? subject, in LimitDemand demand, int instances, long now)
    {
        if (subject is null)
        {
            return new Share(0, -1);
        }

        _reporter.Watch(subject);
        return new Share(demand.Concurrent, subject.Absence.Take(subject, demand, instances, now));
    }
}
