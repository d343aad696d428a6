using System.Globalization;
using UltraAI.Gateway.Metering;

namespace UltraAI.Gateway.Admin;

/// <summary>What a usage report is to be about: <c>?from=2026-11-01&amp;to=2026-11-30&amp;by=key,provider,model,day</c>.</summary>
/// <param name="From">The first day, in UTC.</param>
/// <param name="To">The last day, included.</param>
/// <param name="By">What rows are grouped by.</param>
internal sealed record UsageQuery(DateOnly From, DateOnly To, UsageGrouping By)
{
    /// <summary>Days that a report goes back when <c>from</c> is left out.</summary>
    public const int DefaultDays = 30;

    /// <summary>Most days of one report.</summary>
    public const int MaxDays = 366;

    /// <summary>What can be grouped by, in the order in which it is written.</summary>
    public static readonly IReadOnlyList<(string Name, UsageGrouping By)> Groupings =
    [
        ("key", UsageGrouping.Key), ("provider", UsageGrouping.Provider), ("model", UsageGrouping.Model), ("day", UsageGrouping.Day),
    ];

    private const string DayFormat = "yyyy-MM-dd";

    /// <param name="query">The request's query; <c>to</c> is today if left out, <c>by</c> is <c>key</c>.</param>
    /// <param name="today">The day in UTC.</param>
    /// <exception cref="AdminException">The query has faults.</exception>
    public static UsageQuery Read(IQueryCollection query, DateOnly today)
    {
        var faults = new AdminFaults();
        var to = ReadDay(query, "to", faults) ?? today;
        var from = ReadDay(query, "from", faults) ?? to.AddDays(1 - Math.Min(DefaultDays, to.DayNumber + 1));
        if (from > to)
        {
            Fault(faults, "from", $"is {Text(from)}, after 'to', {Text(to)}.");
        }
        else if (to.DayNumber - from.DayNumber >= MaxDays)
        {
            Fault(faults, "from", $"is more than {MaxDays} days before 'to'; ask for a shorter time.");
        }

        var by = ReadGrouping(query, faults);
        foreach (var name in query.Keys.Where(name => name is not ("from" or "to" or "by")))
        {
            Fault(faults, name, "unknown parameter; known are from, to, by.");
        }

        faults.ThrowIfAny();
        return new UsageQuery(from, to, by);
    }

    public static string Text(DateOnly day) => day.ToString(DayFormat, CultureInfo.InvariantCulture);

    private static DateOnly? ReadDay(IQueryCollection query, string name, AdminFaults faults)
    {
        if (!query.TryGetValue(name, out var values))
        {
            return null;
        }

        if (values.Count == 1 && DateOnly.TryParseExact(values[0], DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        Fault(faults, name, "must be one day such as 2026-11-30.");
        return null;
    }

    private static UsageGrouping ReadGrouping(IQueryCollection query, AdminFaults faults)
    {
        if (!query.TryGetValue("by", out var values))
        {
            return UsageGrouping.Key;
        }

        var by = UsageGrouping.None;
        foreach (var name in values.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var known = Groupings.FirstOrDefault(grouping => grouping.Name == name);
            by |= known.By;
            if (known.Name is null)
            {
                Fault(faults, "by", $"must be a list of {string.Join(", ", Groupings.Select(grouping => grouping.Name))}.");
            }
        }

        return by;
    }

    private static void Fault(AdminFaults faults, string name, string detail) => faults.Add(new AdminFault(name, detail, IsParameter: true));
}
