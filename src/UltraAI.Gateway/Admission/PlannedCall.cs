using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Admission;

/// <summary>A model of a provider that a run may call.</summary>
internal readonly record struct CallTarget(Provider Provider, string Model);

/// <summary>A call that a run can make, at its worst.</summary>
/// <param name="Targets">The models that it may go to; the dearest counts.</param>
/// <param name="Input">The most input, in LLM tokens.</param>
/// <param name="Output">The most output, in LLM tokens.</param>
internal sealed record PlannedCall(IReadOnlyList<CallTarget> Targets, long Input, long Output)
{
    public long Tokens => Input + Output;

    /// <returns>Nano-USD; models without a price cost nothing.</returns>
    public long WorstCase(PriceTable prices) => Targets.Count == 0 ? 0 : Targets.Max(target =>
        prices.Find(target.Provider.Name, target.Model)?.WorstCase(Input, Output, writesCache: target.Provider.Kind == ProviderKinds.Anthropic) ?? 0);
}
