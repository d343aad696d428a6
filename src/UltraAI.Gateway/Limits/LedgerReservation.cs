using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Limits;

/// <summary>What a call holds of its key's budget. It stays with the account, and so the period, in which it began.</summary>
internal sealed class LedgerReservation(BudgetAccount account, long held) : BudgetReservation
{
    private const long Settled = -1;

    private long _held = held;

    public override ValueTask<GatewayError?> ExtendAsync(long nanoUsd)
    {
        var amount = Math.Clamp(nanoUsd, 0, BudgetAmounts.Max);
        if (Volatile.Read(ref _held) == Settled)
        {
            return new ValueTask<GatewayError?>(BudgetErrors.Ended);
        }

        var refusal = account.Extend(amount);
        return refusal.IsCompletedSuccessfully ? new ValueTask<GatewayError?>(Add(amount, refusal.Result)) : AddAsync(amount, refusal);
    }

    public override void GiveBack(long nanoUsd)
    {
        var amount = Math.Clamp(nanoUsd, 0, BudgetAmounts.Max);
        while (Volatile.Read(ref _held) is not Settled and var held)
        {
            if (Interlocked.CompareExchange(ref _held, held - amount, held) == held)
            {
                account.GiveBack(amount);
                return;
            }
        }
    }

    public override void Settle(long spentNanoUsd)
    {
        if (Interlocked.Exchange(ref _held, Settled) is not Settled and var held)
        {
            account.Settle(held, Math.Clamp(spentNanoUsd, 0, BudgetAmounts.Max));
        }
    }

    private async ValueTask<GatewayError?> AddAsync(long amount, ValueTask<GatewayError?> refusal) => Add(amount, await refusal);

    private GatewayError? Add(long amount, GatewayError? refusal)
    {
        if (refusal is not null)
        {
            return refusal;
        }

        while (Volatile.Read(ref _held) is not Settled and var held)
        {
            if (Interlocked.CompareExchange(ref _held, held + amount, held) == held)
            {
                return null;
            }
        }

        // Settled while it waited, such as a run that was given up.
        account.GiveBack(amount);
        return BudgetErrors.Ended;
    }
}
