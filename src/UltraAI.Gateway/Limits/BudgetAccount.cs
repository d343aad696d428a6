using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Limits;

/// <summary>One budget in one period, as far as this instance has to do with it: what was granted to it, and what its calls hold of that.</summary>
/// <remarks>
/// Granted money is free, held by a call, or spent. Calls are served out of what is free; what is missing is asked of the store,
/// one operation at a time. This file has what calls do, <c>BudgetAccount.Waiting.cs</c> those that wait, <c>BudgetAccount.Store.cs</c> what goes to the store.
/// </remarks>
internal sealed partial class BudgetAccount(BudgetAccountId id, BudgetOptions options, IBudgetGrantStore store, BudgetStoreWatch watch, TimeProvider time)
{
    private static readonly TimeSpan IdleGrant = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleAccount = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly BudgetPeriod _period = options.Period;
    private BudgetOptions _options = options;
    private long _budget = BudgetAmounts.Nano(options.Usd);
    private long _free;
    private long _held;
    private int _open;
    private bool _closed;
    private long _lastUsed = time.GetTimestamp();

    public BudgetAccountId Id => id;

    /// <summary>The whole budget, in nano-USD.</summary>
    public long Budget => Volatile.Read(ref _budget);

    /// <summary>What can still be granted or is granted and unspent, as far as it is known; null before the store's first answer.</summary>
    public long? Remaining
    {
        get
        {
            lock (_gate)
            {
                return _taken is { } taken ? RemainingOf(taken, _budget) : null;
            }
        }
    }

    /// <summary>Whether all is settled and nothing is left to tell the store.</summary>
    public bool IsFinished
    {
        get
        {
            lock (_gate)
            {
                return _closed && _open == 0 && !_sending && !HasDues && _waiters.Count == 0;
            }
        }
    }

    /// <summary>Whether it is the account for a call of now.</summary>
    public bool Serves(BudgetPeriod wanted, DateTimeOffset now) =>
        !Volatile.Read(ref _closed) && wanted == _period && (id.EndsAt is not { } end || now < end);

    /// <summary>Holds money for a new call.</summary>
    /// <param name="amount">How much.</param>
    /// <param name="configured">The budget as configured now.</param>
    /// <returns>Why not; null if it is held; at once <see cref="BudgetErrors.Closed"/> if the account takes no more calls.</returns>
    public ValueTask<GatewayError?> Reserve(long amount, BudgetOptions configured)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return new ValueTask<GatewayError?>(BudgetErrors.Closed);
            }

            if (!ReferenceEquals(configured, _options))
            {
                _options = configured;
                Apply(BudgetAmounts.Nano(configured.Usd));
            }

            return Take(amount, opens: true);
        }
    }

    /// <summary>Holds more for a call that is open, also after the end of its period.</summary>
    public ValueTask<GatewayError?> Extend(long amount)
    {
        lock (_gate)
        {
            return Take(amount, opens: false);
        }
    }

    /// <summary>Ends a call. Spending beyond what it held is paid out of what is free, and the rest is charged to the budget at once.</summary>
    public void Settle(long held, long spent)
    {
        lock (_gate)
        {
            _open--;
            Release(held, spent);
        }
    }

    /// <summary>Takes back what an extension got too late, or in vain.</summary>
    public void GiveBack(long held)
    {
        lock (_gate)
        {
            Release(held, spent: 0);
        }
    }

    /// <summary>Takes no more calls; what is free goes back to the budget, now and whenever a call is settled.</summary>
    public void Close()
    {
        lock (_gate)
        {
            CloseNow();
            Send();
        }
    }

    /// <summary>What happens without a call: the period ends, idle grants go back, what the store missed is sent again.</summary>
    public void Tick(DateTimeOffset now)
    {
        lock (_gate)
        {
            var idle = time.GetElapsedTime(_lastUsed);
            if (now >= id.EndsAt || (idle >= IdleAccount && _open == 0))
            {
                CloseNow();
            }
            else if (idle >= IdleGrant)
            {
                ReturnFree();
            }

            if (HasDues)
            {
                Send();
            }
        }
    }

    /// <param name="taken">As the store has just said.</param>
    public void Learn(long taken)
    {
        lock (_gate)
        {
            _taken = taken;
        }
    }

    /// <param name="taken">As the store has just said.</param>
    /// <param name="wholeBudget">The budget as configured now.</param>
    public BudgetState StateOf(long taken, long wholeBudget)
    {
        lock (_gate)
        {
            _taken = taken;
            var spent = Math.Max(0, taken - _free - _held - _toReturn + _toCharge);
            return new BudgetState(spent, RemainingOf(taken, wholeBudget), id.EndsAt);
        }
    }

    private long RemainingOf(long taken, long wholeBudget) => Math.Max(0, wholeBudget - taken + _free + _toReturn - _toCharge);

    private ValueTask<GatewayError?> Take(long amount, bool opens)
    {
        _lastUsed = time.GetTimestamp();
        if (amount <= _free && (_waiters.Count == 0 || _overdue))
        {
            Hold(amount, opens);
            AskAhead();
            return default;
        }

        if (_overdue)
        {
            return new ValueTask<GatewayError?>(BudgetErrors.StoreGone);
        }

        var waiter = new Waiter(amount, opens);
        _waiters.Enqueue(waiter);
        Send();
        return new ValueTask<GatewayError?>(waiter.Task);
    }

    private void Hold(long amount, bool opens)
    {
        _free -= amount;
        _held += amount;
        _open += opens ? 1 : 0;
    }

    private void Release(long held, long spent)
    {
        _lastUsed = time.GetTimestamp();
        _held -= held;
        _free += Math.Max(0, held - spent);
        var over = Math.Max(0, spent - held);
        var paid = Math.Min(over, _free);
        _free -= paid;
        _toCharge = Math.Min(BudgetAmounts.Max, _toCharge + over - paid);
        Serve(left: null);
        if (_closed)
        {
            ReturnFree();
        }

        if (HasDues)
        {
            Send();
        }
    }

    // What is free was granted out of the larger budget: it may be more than the smaller one has left.
    private void Apply(long wholeBudget)
    {
        if (wholeBudget == _budget)
        {
            return;
        }

        if (wholeBudget < _budget)
        {
            ReturnFree();
        }

        _budget = wholeBudget;
        _nearEnd = false;
    }

    private void CloseNow()
    {
        Volatile.Write(ref _closed, true);
        ReturnFree();
    }

    private void ReturnFree()
    {
        _toReturn += _free;
        _free = 0;
    }
}
