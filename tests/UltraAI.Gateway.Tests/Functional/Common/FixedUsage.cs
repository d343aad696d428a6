using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A ledger that answers what a test has put there.</summary>
internal sealed class FixedUsage : IUsageStore
{
    public IReadOnlyList<UsageRow> Rows { get; set; } = [];

    public bool IsGone { get; set; }

    /// <summary>What was asked for last.</summary>
    public (DateOnly From, DateOnly To, UsageGrouping By) Asked { get; private set; }

    public Task AddAsync(Guid batch, IReadOnlyList<KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals>> rows, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task<IReadOnlyList<UsageRow>> ReadAsync(DateOnly from, DateOnly to, UsageGrouping by, CancellationToken cancellationToken)
    {
        Asked = (from, to, by);
        return IsGone ? Task.FromException<IReadOnlyList<UsageRow>>(new StoreException("The ledger is not there.")) : Task.FromResult(Rows);
    }
}

/// <summary>Budgets of which a test says what is spent.</summary>
internal sealed class FixedBudgets : IBudgets
{
    public BudgetState State { get; set; }

    public ValueTask<BudgetDecision> ReserveAsync(string key, BudgetOptions budget, long nanoUsd) => throw new NotSupportedException();

    public ValueTask<BudgetState> ReadAsync(string key, BudgetOptions budget) => new(State);
}
