using System.Globalization;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Admission;

/// <summary>Admits whole runs of /ultra: one reservation for all calls that they can make.</summary>
internal sealed partial class AdmissionControl
{
    /// <summary>Whether a key may use a model in a run: as a passthrough call to it would be checked.</summary>
    /// <param name="key">The key, which is known and enabled.</param>
    /// <param name="target">Whom the run may call.</param>
    /// <returns>Why not; null if it may.</returns>
    public GatewayError? CheckScope(VirtualKey key, CallTarget target)
    {
        var provider = target.Provider;
        if (AccessPolicy.CheckProvider(key, new RequestLine(provider, HttpMethods.Post, provider.TargetOf(provider.Kind.Chat.TargetFor(target.Model)))) is { } refusal)
        {
            return refusal;
        }

        if (key.ModelScope is { } scope && !scope.Allows(provider.Name, target.Model))
        {
            return new GatewayError(
                ErrorCode.ModelNotAllowed,
                $"Virtual key '{key.Name}' is limited to certain models (Models): '{target.Model}' of this preset is not one of them. Add it to Models as '{target.Model}' or '{provider.Name}/{target.Model}', or use another preset.");
        }

        return key.Budget is not null && prices.Prices.Find(provider.Name, target.Model) is null
            ? new GatewayError(
                ErrorCode.ModelNotAllowed,
                $"Virtual key '{key.Name}' has a budget, and model '{target.Model}' has no price (Gateway:Prices, \"Model\": \"{provider.Name}/{target.Model}\").")
            : null;
    }

    /// <summary>Reserves requests, tokens, money and one place for all calls of a run, or nothing.</summary>
    /// <param name="key">The key, whose scope has been checked.</param>
    /// <param name="calls">The calls, at their worst.</param>
    public async ValueTask<RunDecision> AdmitRunAsync(VirtualKey key, IReadOnlyList<PlannedCall> calls)
    {
        if (key.Limits is { } limited && BucketSize.OfRequests(limited) is { } requests && calls.Count > requests.Capacity)
        {
            return new RunDecision(null, TooManyCalls(key, calls.Count, requests.Capacity), default);
        }

        var cost = calls.Sum(call => call.WorstCase(prices.Prices));
        BudgetReservation? money = null;
        if (key.Budget is { } budget)
        {
            var decision = await budgets.ReserveAsync(key.Name, budget, cost);
            if (decision.Refusal is { } refusal)
            {
                return new RunDecision(null, refusal, default);
            }

            money = decision.Reservation;
        }

        var reserved = default(LimitDecision);
        if (key.Limits is { } own)
        {
            var demand = new LimitDemand(calls.Count, calls.Sum(call => call.Tokens), 1);
            reserved = await limits.ReserveAsync(SubjectOf(_keys, "key:", key.Name, own), demand, null, default);
            if (reserved.Refusal is { } refusal)
            {
                money?.Settle(0);
                return new RunDecision(null, refusal, reserved);
            }
        }

        return new RunDecision(new RunAdmission(key, prices.Prices, reserved.Reservation, money, cost), null, reserved);
    }

    /// <summary>Takes one call's share of the provider's limits. The key's were taken for the whole run.</summary>
    public async ValueTask<AdmissionDecision> AdmitInnerAsync(VirtualKey key, Provider provider, RequestFacts facts, PlannedCall planned)
    {
        var admission = new Admission(key, provider, facts) { Price = facts.Model is { } model ? prices.Prices.Find(provider.Name, model) : null };
        admission.Estimate = new TokenUsage { Input = planned.Input, Output = planned.Output };
        if (provider.Limits is not { } shared)
        {
            return new AdmissionDecision(admission, null);
        }

        var subject = SubjectOf(_providers, "provider:", provider.Name, shared);
        return Decide(admission, await limits.ReserveAsync(null, default, subject, new LimitDemand(1, planned.Tokens, 1)));
    }

    private static GatewayError TooManyCalls(VirtualKey key, int calls, long burst) => new(
        ErrorCode.RateLimited,
        string.Create(CultureInfo.InvariantCulture, $"A run of this preset makes up to {calls} calls, and Limits:RequestBurst of virtual key '{key.Name}' is {burst}: it can never fit. Raise the burst, or use a smaller preset."))
    {
        MayRetry = false,
    };
}
