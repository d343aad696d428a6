namespace UltraAI.Gateway.Keys;

/// <summary>What limits and budgets must be like, wherever they come from.</summary>
internal static class LimitRules
{
    /// <summary>The largest burst and rate: a hundred thousand million, which is as good as no limit.</summary>
    public const long MostPerMinute = 100_000_000_000;

    private const decimal MostUsd = 9_000_000;

    /// <returns>The faults: the property, and what is wrong with it.</returns>
    public static IEnumerable<(string Property, string Message)> Faults(LimitOptions limits)
    {
        foreach (var (property, value) in Values(limits))
        {
            if (value is < 1 or > MostPerMinute)
            {
                yield return (property, $"is {value}; it must be between 1 and {MostPerMinute}.");
            }
        }

        if (limits is { RequestBurst: not null, RequestsPerMinute: null })
        {
            yield return (nameof(limits.RequestBurst), "has no effect without RequestsPerMinute.");
        }

        if (limits is { TokenBurst: not null, TokensPerMinute: null })
        {
            yield return (nameof(limits.TokenBurst), "has no effect without TokensPerMinute.");
        }

        if (limits is { RequestsPerMinute: null, TokensPerMinute: null, MaxConcurrent: null })
        {
            yield return ("", "limits nothing; give RequestsPerMinute, TokensPerMinute or MaxConcurrent, or leave it out.");
        }
    }

    /// <returns>The faults: the property, and what is wrong with it.</returns>
    public static IEnumerable<(string Property, string Message)> Faults(BudgetOptions budget)
    {
        if (budget.Usd is <= 0 or > MostUsd)
        {
            yield return (nameof(budget.Usd), $"is {budget.Usd}; it must be above 0 and at most {MostUsd}.");
        }
        else if (decimal.Round(budget.Usd, 9) != budget.Usd)
        {
            yield return (nameof(budget.Usd), "has more than nine decimal places; money is counted in nano-USD.");
        }
    }

    private static IEnumerable<(string Property, long? Value)> Values(LimitOptions limits) =>
    [
        (nameof(limits.RequestsPerMinute), limits.RequestsPerMinute),
        (nameof(limits.RequestBurst), limits.RequestBurst),
        (nameof(limits.TokensPerMinute), limits.TokensPerMinute),
        (nameof(limits.TokenBurst), limits.TokenBurst),
        (nameof(limits.MaxConcurrent), limits.MaxConcurrent),
    ];
}
