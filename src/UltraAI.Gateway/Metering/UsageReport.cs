namespace UltraAI.Gateway.Metering;

/// <summary>Adds lines of the ledger up to a report.</summary>
internal sealed class UsageReport(UsageGrouping by)
{
    /// <summary>How long usage is kept, in days: a year and a month.</summary>
    public const int KeptDays = 400;

    private readonly Dictionary<(string? Key, string? Provider, string? Model, DateOnly? Day), UsageTotals> _rows = [];

    public void Add(UsageKey key, DateOnly day, in UsageTotals totals)
    {
        var group = (
            by.HasFlag(UsageGrouping.Key) ? key.VirtualKey : null,
            by.HasFlag(UsageGrouping.Provider) ? key.Provider : null,
            by.HasFlag(UsageGrouping.Model) ? key.Model : null,
            by.HasFlag(UsageGrouping.Day) ? day : (DateOnly?)null);
        var sum = _rows.GetValueOrDefault(group);
        sum.Add(totals);
        _rows[group] = sum;
    }

    /// <returns>In order of day, key, provider, model; none if nothing was used.</returns>
    public IReadOnlyList<UsageRow> ToRows() =>
    [
        .. _rows
            .OrderBy(row => row.Key.Day)
            .ThenBy(row => row.Key.Key, StringComparer.Ordinal)
            .ThenBy(row => row.Key.Provider, StringComparer.Ordinal)
            .ThenBy(row => row.Key.Model, StringComparer.Ordinal)
            .Select(row => new UsageRow(row.Key.Key, row.Key.Provider, row.Key.Model, row.Key.Day, row.Value)),
    ];
}
