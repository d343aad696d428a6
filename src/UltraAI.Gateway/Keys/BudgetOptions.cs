namespace UltraAI.Gateway.Keys;

/// <summary>How long a budget lasts before it is full again.</summary>
internal enum BudgetPeriod
{
    /// <summary>A day, in UTC.</summary>
    Day,

    /// <summary>A calendar month, in UTC.</summary>
    Month,

    /// <summary>For ever.</summary>
    Total,
}

/// <summary>How much money a virtual key may spend.</summary>
internal sealed record BudgetOptions
{
    /// <summary>US dollars per period.</summary>
    public decimal Usd { get; set; }

    /// <summary>The period, in UTC.</summary>
    /// <value>The default is <c>Month</c>.</value>
    public BudgetPeriod Period { get; set; } = BudgetPeriod.Month;
}
