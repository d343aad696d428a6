using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Limits;

/// <summary>The money of virtual keys. Amounts are in nano-USD.</summary>
internal interface IBudgets
{
    /// <summary>Reserves money of a key's budget, out of a durable grant.</summary>
    /// <param name="key">The key's name.</param>
    /// <param name="budget">Its budget as configured now.</param>
    /// <param name="nanoUsd">The most that the call can cost by the estimate.</param>
    /// <returns>Complete at once while the grant suffices.</returns>
    ValueTask<BudgetDecision> ReserveAsync(string key, BudgetOptions budget, long nanoUsd);

    /// <summary>What the key has used of its budget in this period, reservations and grants of all instances included.</summary>
    ValueTask<BudgetState> ReadAsync(string key, BudgetOptions budget);
}

/// <summary>The answer to one request for money.</summary>
/// <param name="Reservation">Null if refused.</param>
/// <param name="Refusal"><c>budget_exhausted</c> with the reset time in its message, or <c>store_unavailable</c>.</param>
internal readonly record struct BudgetDecision(BudgetReservation? Reservation, GatewayError? Refusal);

/// <summary>What is left of a budget.</summary>
/// <param name="SpentNanoUsd">Spent, as far as it is known.</param>
/// <param name="RemainingNanoUsd">What could still be granted or is granted and unspent; never below 0.</param>
/// <param name="ResetsAt">When it is full again; null for <see cref="BudgetPeriod.Total"/>.</param>
internal readonly record struct BudgetState(long SpentNanoUsd, long RemainingNanoUsd, DateTimeOffset? ResetsAt);

/// <summary>Money that a call holds until it is settled.</summary>
internal abstract class BudgetReservation
{
    /// <summary>Takes more: a further call of a run.</summary>
    /// <returns>Why not; null if it was taken.</returns>
    public abstract ValueTask<GatewayError?> ExtendAsync(long nanoUsd);

    /// <summary>Takes an extension back: its call will not be made.</summary>
    /// <param name="nanoUsd">As it was extended by.</param>
    /// <remarks>Never waits, never throws; after the end it has nothing to do.</remarks>
    public abstract void GiveBack(long nanoUsd);

    /// <summary>Ends it. What was not spent is free again; what was spent beyond it is charged in full.</summary>
    /// <remarks>Never waits, never throws; only the first call counts.</remarks>
    public abstract void Settle(long spentNanoUsd);
}
