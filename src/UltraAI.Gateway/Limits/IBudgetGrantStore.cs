using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Limits;

/// <summary>One budget in one of its periods.</summary>
/// <param name="Key">The virtual key's name.</param>
/// <param name="Period">Which period: <c>2026-11</c>, <c>2026-11-24</c>, <c>total</c>.</param>
/// <param name="EndsAt">When the period is over; null for <c>total</c>.</param>
internal sealed record BudgetAccountId(string Key, string Period, DateTimeOffset? EndsAt);

/// <summary>Names one operation, so that it can be sent again when nobody knows whether it was done.</summary>
/// <param name="Sender">Who sends. A sender sends its next operation when the last one was answered.</param>
/// <param name="Id">Which of its operations.</param>
internal readonly record struct BudgetOperationId(Guid Sender, Guid Id);

/// <summary>How much of a budget is asked for, in nano-USD.</summary>
/// <param name="Budget">The whole budget.</param>
/// <param name="Wanted">A grant's usual size.</param>
/// <param name="Needed">What the waiting calls need together.</param>
/// <param name="Least">What the first of them needs; less is no help.</param>
internal readonly record struct GrantRequest(long Budget, long Wanted, long Needed, long Least)
{
    /// <summary>While there is this many times <see cref="Wanted"/> left, grants are of their usual size; near the end, of what is needed.</summary>
    public const int NearEnd = 4;

    /// <summary>The rule of all stores. The script <c>BudgetTake.lua</c> is the same.</summary>
    /// <param name="taken">What is taken of the budget already.</param>
    public long GrantOutOf(long taken)
    {
        var left = Budget - Math.Min(taken, Budget);
        return left < Least ? 0
            : left / NearEnd >= Wanted ? Math.Min(left, Math.Max(Wanted, Needed))
            : Math.Min(left, Math.Max(Needed, Least));
    }
}

/// <summary>What the store did.</summary>
/// <param name="Granted">What was granted by a <see cref="IBudgetGrantStore.TakeAsync"/>; otherwise 0.</param>
/// <param name="Taken">What is now taken of the budget by all instances: granted and not returned, and charged.</param>
internal readonly record struct GrantAnswer(long Granted, long Taken);

/// <summary>Keeps what is taken of each budget, durably and for all instances. What it has answered is never forgotten.</summary>
/// <remarks>
/// A grant is money that nobody else can spend any more. An instance that dies has spent its grants. The last operation of
/// each sender may be sent again under its id: it is then done once. All amounts are in nano-USD, from 0 to
/// <see cref="BudgetAmounts.Max"/>. All calls throw <see cref="StoreException"/>, and nothing else, when nobody knows whether they were done.
/// </remarks>
internal interface IBudgetGrantStore
{
    /// <summary>How long a request waits for an answer before the store counts as gone.</summary>
    TimeSpan Patience { get; }

    /// <summary>Takes a grant out of a budget: by <see cref="GrantRequest.GrantOutOf"/>.</summary>
    Task<GrantAnswer> TakeAsync(BudgetOperationId operation, BudgetAccountId account, GrantRequest request);

    /// <summary>Gives back what was granted and not spent.</summary>
    Task<GrantAnswer> ReturnAsync(BudgetOperationId operation, BudgetAccountId account, long amount);

    /// <summary>Takes what was spent beyond all grants, even if the budget doesn't have it.</summary>
    Task<GrantAnswer> ChargeAsync(BudgetOperationId operation, BudgetAccountId account, long amount);

    /// <returns>What is taken; 0 for an account that nobody has used.</returns>
    Task<long> ReadAsync(BudgetAccountId account, CancellationToken cancellationToken);
}
