using System.Globalization;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Limits;

/// <summary>Why a call gets no money.</summary>
internal static class BudgetErrors
{
    /// <summary>Money is never guessed: without the store a budget is not spent beyond what was granted, whatever <c>Store:OnFailure</c> says.</summary>
    public static readonly GatewayError StoreGone = new(
        ErrorCode.StoreUnavailable, "The store of budgets does not answer, and without it nobody knows what is left of this key's budget. Try again in a moment.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static readonly GatewayError Ended = new(ErrorCode.BudgetExhausted, "This run has ended; it can't take more of the key's budget.") { MayRetry = false };

    /// <summary>For the ledger alone, which then asks the key's next account.</summary>
    public static readonly GatewayError Closed = new(ErrorCode.StoreUnavailable, "The budget's period has just ended.");

    public static GatewayError Exhausted(BudgetAccountId account, long budget, long needed, long left)
    {
        var end = account.EndsAt is { } endsAt
            ? "It is full again at " + endsAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) + "."
            : "It has no end at which it would be full again; an operator can raise Budget:Usd.";
        return new GatewayError(
            ErrorCode.BudgetExhausted,
            $"The budget of key '{account.Key}' ({Usd(budget)} USD) has {Usd(left)} USD left, and this call may cost {Usd(needed)} USD. {end}")
        {
            MayRetry = false,
        };
    }

    private static string Usd(long nano) => ((decimal)nano / BudgetAmounts.NanoPerUsd).ToString("0.#########", CultureInfo.InvariantCulture);
}
