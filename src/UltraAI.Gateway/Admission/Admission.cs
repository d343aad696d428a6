using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Admission;

/// <summary>A request that asked to be admitted, and what it holds until it is settled.</summary>
internal sealed class Admission(VirtualKey key, Provider provider, RequestFacts facts)
{
    public VirtualKey Key { get; } = key;

    public Provider Provider { get; } = provider;

    public RequestFacts Facts { get; } = facts;

    /// <summary>What it holds of the limits, and what is left of the key's after it, also where it was refused.</summary>
    public LimitDecision Limits { get; set; }

    public BudgetReservation? Budget { get; set; }

    /// <summary>What the model costs; null where it has no price, or none is asked for.</summary>
    public ModelPrice? Price { get; set; }

    /// <summary>On keys with a budget: the prices of <see cref="RequestFacts.MoreModels"/>, each null where it has none. Null where there are none that could answer.</summary>
    public ModelPrice?[]? MorePrices { get; set; }

    /// <summary>What was reserved, in LLM tokens.</summary>
    public TokenUsage Estimate { get; set; }

    /// <summary>The most that it can cost by its estimate, in nano-USD. Which of several models answers nobody knows: the dearest counts.</summary>
    public long WorstCase()
    {
        var writesCache = Facts.Endpoint.Usage == UsageDialect.AnthropicMessages;
        var cost = Price?.WorstCase(Estimate.Input, Estimate.Output, writesCache) ?? 0;
        foreach (var further in MorePrices ?? [])
        {
            cost = Math.Max(cost, further?.WorstCase(Estimate.Input, Estimate.Output, writesCache) ?? 0);
        }

        return cost;
    }

    /// <summary>What a use costs, in nano-USD; of several models again the dearest.</summary>
    public long CostOf(in TokenUsage usage)
    {
        var cost = Price?.CostOf(usage) ?? 0;
        foreach (var further in MorePrices ?? [])
        {
            cost = Math.Max(cost, further?.CostOf(usage) ?? 0);
        }

        return cost;
    }
}

/// <summary>The answer to one request for admission.</summary>
/// <param name="Admission">Holds nothing if it was refused.</param>
/// <param name="Refusal">Why not; null if admitted.</param>
internal readonly record struct AdmissionDecision(Admission Admission, GatewayError? Refusal);
