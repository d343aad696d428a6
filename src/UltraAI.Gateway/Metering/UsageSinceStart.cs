using System.Runtime.InteropServices;

namespace UltraAI.Gateway.Metering;

/// <summary>What one instance has seen since it started. The ledger knows more, but has to be asked for it.</summary>
internal sealed class UsageSinceStart
{
    private readonly Dictionary<string, UsageTotals> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UsageTotals> _providers = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, UsageTotals> Keys => _keys;

    public UsageTotals OfProvider(string name) => _providers.GetValueOrDefault(name);

    public void Add(UsageKey line, in UsageTotals totals)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_keys, line.VirtualKey, out _).Add(totals);
        CollectionsMarshal.GetValueRefOrAddDefault(_providers, line.Provider, out _).Add(totals);
    }
}
