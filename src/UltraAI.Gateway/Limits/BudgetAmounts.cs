using System.Globalization;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Limits;

/// <summary>Budgets in nano-USD, and their periods in UTC.</summary>
internal static class BudgetAmounts
{
    /// <summary>Nano-USD in a US dollar.</summary>
    public const long NanoPerUsd = 1_000_000_000;

    /// <summary>The largest amount, in nano-USD: nine million US dollars. Numbers in Redis scripts are exact up to 2⁵³.</summary>
    public const long Max = MaxUsd * NanoPerUsd;

    /// <summary>The largest budget, in US dollars. A larger one counts as this.</summary>
    public const long MaxUsd = 9_000_000;

    private const long SmallestGrant = NanoPerUsd / 100;

    public static long Nano(decimal usd) => (long)(Math.Clamp(usd, 0, MaxUsd) * NanoPerUsd);

    /// <summary>A grant's usual size: one percent of the budget, and no less than a cent.</summary>
    public static long GrantSize(long budget) => Math.Max(budget / 100, SmallestGrant);

    /// <summary>The account of a key for the period that a time is in.</summary>
    public static BudgetAccountId AccountOf(string key, BudgetPeriod period, DateTimeOffset now)
    {
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var month = day.AddDays(1 - day.Day);
        return period switch
        {
            BudgetPeriod.Day => new(key, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), day.AddDays(1)),
            BudgetPeriod.Month => new(key, month.ToString("yyyy-MM", CultureInfo.InvariantCulture), month.AddMonths(1)),
            _ => new(key, "total", null),
        };
    }
}
