using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Admin;

/// <summary>What a key has used so far, and what of its budget in this period; null where the store could not tell.</summary>
internal readonly record struct KeyUse(UsageTotals? Totals, BudgetState? Budget);

/// <summary>Reads what keys have used.</summary>
/// <remarks>A store that does not answer is no reason to withhold a key: least of all one that is shown this once.</remarks>
internal sealed class KeyUsage(IUsageStore usage, IBudgets budgets)
{
    /// <returns>As many as there are keys, in their order.</returns>
    public async Task<IReadOnlyList<KeyUse>> ReadAsync(IReadOnlyList<AdminKey> keys, CancellationToken cancellationToken)
    {
        var totals = await ReadTotalsAsync(cancellationToken);
        var states = await Task.WhenAll(keys.Select(key => ReadBudgetAsync(key.Name, key.Options.Budget)));
        return [.. keys.Zip(states, (key, state) => new KeyUse(totals is null ? null : totals.GetValueOrDefault(key.Name), state))];
    }

    private async Task<Dictionary<string, UsageTotals>?> ReadTotalsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var rows = await usage.ReadAsync(DateOnly.MinValue, DateOnly.MaxValue, UsageGrouping.Key, cancellationToken);
            return rows.ToDictionary(row => row.VirtualKey!, row => row.Totals, StringComparer.Ordinal);
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private async Task<BudgetState?> ReadBudgetAsync(string key, BudgetOptions? budget)
    {
        try
        {
            return budget is null ? null : await budgets.ReadAsync(key, budget);
        }
        catch (StoreException)
        {
            return null;
        }
    }
}
