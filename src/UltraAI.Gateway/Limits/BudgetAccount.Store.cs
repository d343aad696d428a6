namespace UltraAI.Gateway.Limits;

// What goes to the store: returns, charges and takes, one at a time, each repeated under its id until it is answered.
internal sealed partial class BudgetAccount
{
    // While the store is gone, nobody is made to wait for it only to fetch money ahead.
    private static readonly TimeSpan AskAheadPause = TimeSpan.FromMilliseconds(250);

    private readonly Guid _name = Guid.NewGuid();
    private Task _sender = Task.CompletedTask;
    private Operation? _current;
    private bool _sending;
    private bool _overdue;
    private bool _nearEnd;
    private bool _wantsMore;
    private long? _failedAt;
    private long? _taken;
    private long _toReturn;
    private long _toCharge;

    private enum OperationKind
    {
        Take,
        Return,
        Charge,
    }

    private bool HasDues => _toReturn > 0 || _toCharge > 0 || _current is not null;

    /// <summary>Waits until nothing is on its way to the store.</summary>
    public async Task WhenQuietAsync()
    {
        while (true)
        {
            Task sending;
            lock (_gate)
            {
                if (!_sending)
                {
                    return;
                }

                sending = _sender;
            }

            await sending;
        }
    }

    // A grant that is half used up is followed by the next, so that calls seldom wait for one.
    private void AskAhead()
    {
        if (_free < BudgetAmounts.GrantSize(_budget) / 2 && !_nearEnd && !_closed && !_overdue
            && (_failedAt is not { } failedAt || time.GetElapsedTime(failedAt) >= AskAheadPause))
        {
            _wantsMore = true;
            Send();
        }
    }

    // Never on the thread of the call.
    private void Send()
    {
        if (!_sending)
        {
            _sending = true;
            _sender = Task.Run(SendAllAsync);
        }
    }

    private async Task SendAllAsync()
    {
        while (Next() is { } operation)
        {
            try
            {
                Done(operation, await AskAsync(operation));
                watch.Answered();
            }
            catch (Exception exception)
            {
                // Most often a StoreException. Whatever it was: nobody may be left waiting.
                Failed();
                watch.Failed(exception);
                return;
            }
        }
    }

    private Operation? Next()
    {
        lock (_gate)
        {
            _current ??= Make();
            _sending = _current is not null;
            return _current;
        }
    }

    private Operation? Make()
    {
        if (_toReturn > 0)
        {
            var amount = Math.Min(_toReturn, BudgetAmounts.Max);
            _toReturn -= amount;
            return NewOperation(OperationKind.Return, amount, default);
        }

        if (_toCharge > 0)
        {
            var amount = _toCharge;
            _toCharge = 0;
            return NewOperation(OperationKind.Charge, amount, default);
        }

        var wanted = _closed ? 0 : BudgetAmounts.GrantSize(_budget);
        if (_waiters.TryPeek(out var first))
        {
            var needed = Math.Min(BudgetAmounts.Max, _waiters.Aggregate(0L, (sum, waiter) => Math.Min(BudgetAmounts.Max, sum + waiter.Amount)) - _free);
            return NewOperation(OperationKind.Take, 0, new GrantRequest(_budget, wanted, needed, Math.Max(0, first.Amount - _free)));
        }

        if (_wantsMore && !_closed)
        {
            _wantsMore = false;
            return NewOperation(OperationKind.Take, 0, new GrantRequest(_budget, wanted, Needed: 0, Least: 0));
        }

        return null;
    }

    private Operation NewOperation(OperationKind kind, long amount, GrantRequest request) =>
        new(kind, new BudgetOperationId(_name, Guid.NewGuid()), amount, request);

    private async Task<GrantAnswer> AskAsync(Operation operation)
    {
        var asked = operation.Kind switch
        {
            OperationKind.Take => store.TakeAsync(operation.Id, id, operation.Request),
            OperationKind.Return => store.ReturnAsync(operation.Id, id, operation.Amount),
            _ => store.ChargeAsync(operation.Id, id, operation.Amount),
        };
        try
        {
            return await asked.WaitAsync(store.Patience, time);
        }
        catch (TimeoutException)
        {
            Overdue();
        }

        // The answer still counts when it comes: a grant that is late is a grant.
        return await asked;
    }

    private void Overdue()
    {
        lock (_gate)
        {
            _overdue = true;
            ServeOrRefuse();
        }

        watch.Overdue(store.Patience);
    }

    private void Done(Operation operation, GrantAnswer answer)
    {
        lock (_gate)
        {
            _current = null;
            _overdue = false;
            _failedAt = null;
            _taken = answer.Taken;
            if (operation.Kind != OperationKind.Take)
            {
                return;
            }

            var asked = operation.Request;
            _nearEnd = answer.Granted < asked.Wanted;
            _free += answer.Granted;
            if (asked.Budget > _budget)
            {
                ReturnFree();
            }

            Serve(asked.Budget == _budget ? Math.Max(0, _budget - answer.Taken) : null);
            if (_closed)
            {
                ReturnFree();
            }
        }
    }

    private void Failed()
    {
        lock (_gate)
        {
            _overdue = false;
            _sending = false;
            _failedAt = time.GetTimestamp();
            ServeOrRefuse();
        }
    }

    private sealed record Operation(OperationKind Kind, BudgetOperationId Id, long Amount, GrantRequest Request);
}
