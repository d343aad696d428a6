using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

/// <summary>Ledgers over one store, with a clock of the test's own.</summary>
internal sealed class BudgetSetup : IDisposable
{
    public static readonly BudgetOptions OneDollar = new() { Usd = 1 };

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2126, 11, 24, 10, 0, 0, TimeSpan.Zero));

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public BudgetLedger Ledger(IBudgetGrantStore store) =>
        new(store, new BudgetStoreWatch(NullLogger<BudgetStoreWatch>.Instance), new BudgetMetrics(Meters), Time);

    /// <summary>A ledger whose clockwork runs.</summary>
    public async Task<BudgetLedger> StartAsync(IBudgetGrantStore store)
    {
        var ledger = Ledger(store);
        await ledger.StartAsync(default);
        return ledger;
    }

    /// <summary>Calls that must be admitted.</summary>
    public static async Task<BudgetReservation> HoldAsync(BudgetLedger ledger, long nanoUsd, BudgetOptions? budget = null)
    {
        var decision = await ledger.ReserveAsync("team-a", budget ?? OneDollar, nanoUsd);
        Assert.Null(decision.Refusal);
        return decision.Reservation!;
    }

    /// <summary>Calls that must be refused.</summary>
    public static async Task<GatewayError> RefuseAsync(BudgetLedger ledger, long nanoUsd, BudgetOptions? budget = null)
    {
        var decision = await ledger.ReserveAsync("team-a", budget ?? OneDollar, nanoUsd);
        Assert.Null(decision.Reservation);
        return decision.Refusal!;
    }

    public void Dispose() => _services.Dispose();
}

/// <summary>A store that can be made to hang and to fail, over one that works.</summary>
internal sealed class FragileGrantStore(IBudgetGrantStore inner) : IBudgetGrantStore
{
    private TaskCompletionSource? _hang;

    public TimeSpan Patience { get; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Operations answer with a failure, before or after they were done.</summary>
    public bool FailsBefore { get; set; }

    public bool FailsAfter { get; set; }

    public int Asked { get; private set; }

    public void Hang() => _hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void GoOn()
    {
        var hang = _hang;
        _hang = null;
        hang?.SetResult();
    }

    public Task<GrantAnswer> TakeAsync(BudgetOperationId operation, BudgetAccountId account, GrantRequest request) =>
        DoAsync(() => inner.TakeAsync(operation, account, request));

    public Task<GrantAnswer> ReturnAsync(BudgetOperationId operation, BudgetAccountId account, long amount) =>
        DoAsync(() => inner.ReturnAsync(operation, account, amount));

    public Task<GrantAnswer> ChargeAsync(BudgetOperationId operation, BudgetAccountId account, long amount) =>
        DoAsync(() => inner.ChargeAsync(operation, account, amount));

    public Task<long> ReadAsync(BudgetAccountId account, CancellationToken cancellationToken) => inner.ReadAsync(account, cancellationToken);

    private async Task<GrantAnswer> DoAsync(Func<Task<GrantAnswer>> operation)
    {
        Asked++;
        if (_hang is { } hang)
        {
            await hang.Task;
        }

        if (FailsBefore)
        {
            throw new UltraAI.Gateway.Storage.StoreException("gone");
        }

        var answer = await operation();
        return FailsAfter ? throw new UltraAI.Gateway.Storage.StoreException("gone") : answer;
    }
}
