using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Prices;

namespace UltraAI.Gateway.Admission;

/// <summary>The answer to one run's request for admission.</summary>
/// <param name="Admission">Null if refused.</param>
/// <param name="Refusal">Why not; null if admitted.</param>
/// <param name="Limits">What is left of the key's limits either way.</param>
internal readonly record struct RunDecision(RunAdmission? Admission, GatewayError? Refusal, LimitDecision Limits);

/// <summary>What a run holds of its key's limits and budget until it is settled. Its calls draw from it. Thread-safe.</summary>
internal sealed class RunAdmission(VirtualKey key, PriceTable prices, LimitReservation? limits, BudgetReservation? budget, long reservedNanoUsd)
{
    private readonly Lock _lock = new();
    private long _reserved = reservedNanoUsd;
    private long _spent;
    private long _running;
    private long _tokens;
    private int _isSettled;

    public VirtualKey Key { get; } = key;

    /// <summary>The most that the run can cost by the estimate, extensions included.</summary>
    public long ReservedNanoUsd => Volatile.Read(ref _reserved);

    /// <summary>What its settled calls have cost.</summary>
    public long SpentNanoUsd => Volatile.Read(ref _spent);

    /// <summary>What its settled calls have cost, and what those that have not ended can cost at their worst.</summary>
    public long CommittedNanoUsd
    {
        get
        {
            lock (_lock)
            {
                return _spent + _running;
            }
        }
    }

    public long WorstCase(PlannedCall call) => call.WorstCase(prices);

    /// <summary>A call begins.</summary>
    /// <returns>What it can cost, for <see cref="End"/>.</returns>
    public long Begin(PlannedCall call)
    {
        var cost = WorstCase(call);
        lock (_lock)
        {
            _running += cost;
        }

        return cost;
    }

    /// <summary>A call that was begun has been settled, or was not made.</summary>
    public void End(long worstCase)
    {
        lock (_lock)
        {
            _running -= worstCase;
        }
    }

    /// <summary>Takes more: a retry, a fallback, a further lead.</summary>
    /// <returns>Why not; null if it was taken.</returns>
    public async ValueTask<GatewayError?> ExtendAsync(PlannedCall call)
    {
        var cost = WorstCase(call);
        if (budget is not null && await budget.ExtendAsync(cost) is { } noMoney)
        {
            return noMoney;
        }

        if (limits is not null && await limits.ExtendAsync(new LimitDemand(1, call.Tokens, 0)) is { } noRoom)
        {
            budget?.GiveBack(cost);
            return noRoom;
        }

        Interlocked.Add(ref _reserved, cost);
        return null;
    }

    /// <summary>A call of the run has ended.</summary>
    public void Add(in CallCharge charge)
    {
        lock (_lock)
        {
            _spent += charge.NanoUsd;
            _tokens += charge.Usage.Total;
        }
    }

    /// <summary>Ends it: the real usage takes the place of what was reserved. Never waits, never throws; only the first call counts.</summary>
    public void Settle()
    {
        if (Interlocked.Exchange(ref _isSettled, 1) == 0)
        {
            limits?.Settle(Volatile.Read(ref _tokens));
            budget?.Settle(Volatile.Read(ref _spent));
        }
    }
}
