using System.Collections.Concurrent;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Admission;

/// <summary>Joins limits, budget and prices: one question per request, all or nothing.</summary>
internal sealed partial class AdmissionControl(ILimitStore limits, IBudgets budgets, IPriceSource prices, OutputAverages averages)
{
    private static readonly LimitOptions Unlimited = new();

    // One per limited virtual key and provider, reloads included: what is left of a limit outlives a change of the rest.
    private readonly ConcurrentDictionary<string, LimitSubject> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LimitSubject> _providers = new(StringComparer.Ordinal);

    /// <returns>Complete at once wherever no answer of another process is needed.</returns>
    public ValueTask<AdmissionDecision> AdmitAsync(VirtualKey key, Provider provider, RequestFacts facts, bool isRead, bool isWebSocket)
    {
        var admission = new Admission(key, provider, facts);
        if (facts.Model is { } model)
        {
            var table = prices.Prices;
            admission.Price = table.Find(provider.Name, model);
            if (key.Budget is not null && facts is { MoreModels: { } more, Endpoint.Model: not ModelPlace.Path })
            {
                // A model in the path is the one that runs, whatever the body calls it: Azure's deployments, HuggingFace's tasks.
                admission.MorePrices = PricesOf(table, provider, more);
            }
        }

        if (key.IsMetered && MeteredPolicy.Refuse(admission, isRead, isWebSocket) is { } refusal)
        {
            return ValueTask.FromResult(new AdmissionDecision(admission, refusal));
        }

        if (key.Limits is null && provider.Limits is null && key.Budget is null)
        {
            return ValueTask.FromResult(new AdmissionDecision(admission, null));
        }

        admission.Estimate = facts.Endpoint.Usage == UsageDialect.None ? default : Estimate(admission);
        return key.Budget is { } budget && !isRead
            ? ReserveMoneyAsync(admission, budget, isWebSocket)
            : ReserveLimitsAsync(admission);
    }

    private static ModelPrice?[] PricesOf(PriceTable table, Provider provider, IReadOnlyList<string> models) =>
        [.. models.Select(model => table.Find(provider.Name, model))];

    private TokenUsage Estimate(Admission admission)
    {
        var facts = admission.Facts;
        var usual = facts.MaxOutputTokens is not null ? null
            : admission.Price?.MaxOutputTokens ?? (facts.Model is { } model ? averages.Find(admission.Key.Name, model) : null);
        return UsageEstimate.Reservation(facts, usual);
    }

    private ValueTask<AdmissionDecision> ReserveMoneyAsync(Admission admission, BudgetOptions budget, bool isWebSocket)
    {
        var reserving = budgets.ReserveAsync(admission.Key.Name, budget, isWebSocket ? 0 : admission.WorstCase());
        if (!reserving.IsCompletedSuccessfully)
        {
            return AwaitMoneyAsync(admission, reserving);
        }

        var money = reserving.Result;
        if (money.Refusal is { } refusal)
        {
            return ValueTask.FromResult(new AdmissionDecision(admission, refusal));
        }

        admission.Budget = money.Reservation;
        var limited = ReserveLimitsAsync(admission);
        return limited.IsCompletedSuccessfully ? ValueTask.FromResult(WithMoney(limited.Result)) : AwaitLimitsAsync(limited);
    }

    private async ValueTask<AdmissionDecision> AwaitMoneyAsync(Admission admission, ValueTask<BudgetDecision> reserving)
    {
        var money = await reserving;
        if (money.Refusal is { } refusal)
        {
            return new AdmissionDecision(admission, refusal);
        }

        admission.Budget = money.Reservation;
        return WithMoney(await ReserveLimitsAsync(admission));
    }

    private static async ValueTask<AdmissionDecision> AwaitLimitsAsync(ValueTask<AdmissionDecision> limited) => WithMoney(await limited);

    // All or nothing.
    private static AdmissionDecision WithMoney(AdmissionDecision decision)
    {
        if (decision.Refusal is not null)
        {
            decision.Admission.Budget?.Settle(0);
        }

        return decision;
    }

    private ValueTask<AdmissionDecision> ReserveLimitsAsync(Admission admission)
    {
        // Also without limits of its own: the metric of the provider's limit says whose requests it refuses.
        var key = SubjectOf(_keys, "key:", admission.Key.Name, admission.Key.Limits ?? Unlimited);
        var provider = admission.Provider.Limits is { } shared ? SubjectOf(_providers, "provider:", admission.Provider.Name, shared) : null;
        var demand = new LimitDemand(1, admission.Estimate.Total, 1);
        var reserved = limits.ReserveAsync(key, demand, provider, demand);
        return reserved.IsCompletedSuccessfully
            ? ValueTask.FromResult(Decide(admission, reserved.Result))
            : AwaitAsync(admission, reserved);
    }

    private static async ValueTask<AdmissionDecision> AwaitAsync(Admission admission, ValueTask<LimitDecision> reserved) =>
        Decide(admission, await reserved);

    private static AdmissionDecision Decide(Admission admission, LimitDecision decision)
    {
        admission.Limits = decision;
        return new AdmissionDecision(admission, decision.Refusal);
    }

    private static LimitSubject SubjectOf(ConcurrentDictionary<string, LimitSubject> subjects, string prefix, string name, LimitOptions options)
    {
        if (!subjects.TryGetValue(name, out var subject))
        {
            subject = subjects.GetOrAdd(name, new LimitSubject(prefix + name, name, options));
        }

        if (!ReferenceEquals(subject.Options, options))
        {
            subject.Options = options; // A reload.
        }

        return subject;
    }
}
