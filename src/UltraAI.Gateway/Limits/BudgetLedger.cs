using System.Collections.Concurrent;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Limits;

/// <summary>The budgets of all keys, spent out of durable grants: reserved and spent money of all instances is never more than the budget, whoever dies when.</summary>
/// <remarks>
/// A call is served out of the grant in hand and waits for the store only when that doesn't suffice. What a dead instance
/// had been granted counts as spent. An orderly end, ten seconds without a call, and a smaller budget give unspent grants back.
/// </remarks>
internal sealed class BudgetLedger : BackgroundService, IBudgets, IAsyncDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WelcomeTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(3);

    private readonly IBudgetGrantStore _store;
    private readonly BudgetStoreWatch _watch;
    private readonly TimeProvider _time;
    private readonly Lock _opening = new();

    // By key: the account of the current period. And all that are not finished, those of earlier periods included.
    private readonly ConcurrentDictionary<string, BudgetAccount> _current = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<BudgetAccount, bool> _all = new();

    public BudgetLedger(IBudgetGrantStore store, BudgetStoreWatch watch, BudgetMetrics metrics, TimeProvider time)
    {
        _store = store;
        _watch = watch;
        _time = time;
        metrics.Observe(_current);
    }

    public ValueTask<BudgetDecision> ReserveAsync(string key, BudgetOptions budget, long nanoUsd)
    {
        var amount = Math.Clamp(nanoUsd, 0, BudgetAmounts.Max);
        while (true)
        {
            var account = AccountOf(key, budget);
            var reserving = account.Reserve(amount, budget);
            if (!reserving.IsCompletedSuccessfully)
            {
                return DecideAsync(account, amount, reserving);
            }

            var refusal = reserving.Result;
            if (!ReferenceEquals(refusal, BudgetErrors.Closed))
            {
                return new ValueTask<BudgetDecision>(Decide(account, amount, refusal));
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="Storage.StoreException">The store does not answer.</exception>
    public async ValueTask<BudgetState> ReadAsync(string key, BudgetOptions budget)
    {
        var account = AccountOf(key, budget);
        return account.StateOf(await _store.ReadAsync(account.Id, CancellationToken.None), BudgetAmounts.Nano(budget.Usd));
    }

    /// <summary>Asks the store for nothing, once: the first question of a process connects and compiles, for longer than a call would wait.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var nobody = BudgetAmounts.AccountOf(key: "", BudgetPeriod.Total, _time.GetUtcNow());
        try
        {
            await _store.TakeAsync(new BudgetOperationId(Guid.NewGuid(), Guid.NewGuid()), nobody, new GrantRequest(Budget: 0, Wanted: 0, Needed: 0, Least: 1))
                .WaitAsync(WelcomeTime, TimeProvider.System, cancellationToken);
        }
        catch (Exception exception) when (exception is Storage.StoreException or TimeoutException)
        {
            _watch.Failed(exception);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>Gives all unspent grants back. What is settled later gives its own back at once.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await CloseAsync();
    }

    // The container calls it once for each name that the ledger is registered under.
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TickInterval, _time);
        var refreshed = _time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Tick();
            if (_time.GetElapsedTime(refreshed) >= RefreshInterval)
            {
                await RefreshAsync(stoppingToken);
                refreshed = _time.GetTimestamp();
            }
        }
    }

    private static async ValueTask<BudgetDecision> DecideAsync(BudgetAccount account, long amount, ValueTask<GatewayError?> refusal) =>
        Decide(account, amount, await refusal);

    private static BudgetDecision Decide(BudgetAccount account, long amount, GatewayError? refusal) =>
        refusal is null ? new BudgetDecision(new LedgerReservation(account, amount), null) : new BudgetDecision(null, refusal);

    private BudgetAccount AccountOf(string key, BudgetOptions budget)
    {
        var now = _time.GetUtcNow();
        return _current.TryGetValue(key, out var account) && account.Serves(budget.Period, now) ? account : Open(key, budget, now);
    }

    private BudgetAccount Open(string key, BudgetOptions budget, DateTimeOffset now)
    {
        lock (_opening)
        {
            if (_current.TryGetValue(key, out var old))
            {
                if (old.Serves(budget.Period, now))
                {
                    return old;
                }

                old.Close();
            }

            var account = new BudgetAccount(BudgetAmounts.AccountOf(key, budget.Period, now), budget, _store, _watch, _time);
            _all[account] = true;
            _current[key] = account;
            return account;
        }
    }

    private void Tick()
    {
        var now = _time.GetUtcNow();
        foreach (var (account, _) in _all)
        {
            account.Tick(now);
            if (account.IsFinished)
            {
                _all.TryRemove(account, out _);
                _current.TryRemove(KeyValuePair.Create(account.Id.Key, account));
            }
        }
    }

    // So that the metric of an instance follows what the others spend.
    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var (_, account) in _current.Take(BudgetMetrics.MaxKeys))
            {
                account.Learn(await _store.ReadAsync(account.Id, cancellationToken));
            }
        }
        catch (Storage.StoreException exception)
        {
            _watch.Failed(exception);
        }
    }

    private async Task CloseAsync()
    {
        foreach (var (account, _) in _all)
        {
            account.Close();
        }

        try
        {
            await Task.WhenAll(_all.Keys.Select(account => account.WhenQuietAsync())).WaitAsync(FarewellTime, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            // What could not be given back counts as spent.
            _watch.Overdue(FarewellTime);
        }
    }
}
