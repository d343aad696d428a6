using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Admin;

/// <summary>What a key has used so far, and what of its budget in this period; null where the store could not tell.</summary>
internal readonly record struct KeyUse(UsageTotals? Totals, BudgetState? Budget);

/// <summary>Reads what keys have used.</summary>
/// <remarks>
/// A store that does not answer is no reason to withhold a key: least of all one that is shown this once.
/// Use of long ago is read once a minute, since a ledger of many days takes long to add up; yesterday's and today's is read each time.
/// </remarks>
internal sealed class KeyUsage(IUsageStore usage, IBudgets budgets, TimeProvider time)
{
    private static readonly TimeSpan PastKept = TimeSpan.FromMinutes(1);

    private volatile Past? _past;

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
            var yesterday = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(-1);
            var totals = new Dictionary<string, UsageTotals>(await ReadPastAsync(yesterday.AddDays(-1), cancellationToken), StringComparer.Ordinal);
            foreach (var row in await usage.ReadAsync(yesterday, DateOnly.MaxValue, UsageGrouping.Key, cancellationToken))
            {
                var sum = totals.GetValueOrDefault(row.VirtualKey!);
                sum.Add(row.Totals);
                totals[row.VirtualKey!] = sum;
            }

            return totals;
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private async Task<IReadOnlyDictionary<string, UsageTotals>> ReadPastAsync(DateOnly to, CancellationToken cancellationToken)
    {
        if (_past is { } past && past.To == to && time.GetElapsedTime(past.ReadAt) < PastKept)
        {
            return past.Totals;
        }

        var readAt = time.GetTimestamp();
        var rows = await usage.ReadAsync(DateOnly.MinValue, to, UsageGrouping.Key, cancellationToken);
        var totals = rows.ToDictionary(row => row.VirtualKey!, row => row.Totals, StringComparer.Ordinal);
        _past = new Past(to, readAt, totals);
        return totals;
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

    private sealed record Past(DateOnly To, long ReadAt, IReadOnlyDictionary<string, UsageTotals> Totals);
}
