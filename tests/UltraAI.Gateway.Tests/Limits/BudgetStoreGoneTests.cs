using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Tests.Storage;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

public sealed class BudgetStoreGoneTests : IAsyncDisposable
{
    private const long Dollar = 1_000_000_000;
    private const long Cent = Dollar / 100;

    private readonly EmbeddedFolder _folder = EmbeddedFolder.Open();
    private readonly BudgetSetup _setup = new();
    private readonly FragileGrantStore _store;
    private readonly BudgetLedger _ledger;

    public BudgetStoreGoneTests()
    {
        _store = new FragileGrantStore(new EmbeddedBudgetGrantStore(_folder.Database, TimeProvider.System));
        _ledger = _setup.Ledger(_store);
    }

    public async ValueTask DisposeAsync()
    {
        _store.GoOn();
        await _ledger.DisposeAsync();
        await _folder.DisposeAsync();
        _setup.Dispose();
    }

    [Fact]
    public async Task HangingStore_IsGoneAfterItsPatience_AndTheGrantInHandIsSpent()
    {
        (await BudgetSetup.HoldAsync(_ledger, 10 * Cent)).Settle(0); // ten cents in hand
        _store.Hang();
        var waiting = _ledger.ReserveAsync("team-a", BudgetSetup.OneDollar, 20 * Cent).AsTask();
        await Eventually.TrueAsync(() => _store.Asked == 2, "the second grant is asked for");
        Assert.False(waiting.IsCompleted);

        await Eventually.TrueAsync(
            () =>
            {
                _setup.Time.Advance(TimeSpan.FromMilliseconds(50));
                return waiting.IsCompleted;
            },
            "the waiting call is refused");
        AssertGone((await waiting).Refusal);

        // Without waiting, from now on.
        Assert.NotNull(Now(6 * Cent).Reservation);
        AssertGone(Now(6 * Cent).Refusal);
        Assert.NotNull(Now(4 * Cent).Reservation);

        // The answer that comes late is a grant all the same.
        _store.GoOn();
        await Eventually.TrueAsync(
            async () => (await _ledger.ReserveAsync("team-a", BudgetSetup.OneDollar, 20 * Cent)).Reservation is not null, "the store is back");
        Assert.InRange((await _ledger.ReadAsync("team-a", BudgetSetup.OneDollar)).RemainingNanoUsd, 50 * Cent, 70 * Cent);
    }

    [Fact]
    public async Task FailingStore_IsBackByItself_AndNothingIsTakenTwice()
    {
        _store.FailsAfter = true; // done, but nobody knows
        AssertGone(await BudgetSetup.RefuseAsync(_ledger, 10 * Cent));
        AssertGone(await BudgetSetup.RefuseAsync(_ledger, 10 * Cent));

        _store.FailsAfter = false;
        var reservation = await BudgetSetup.HoldAsync(_ledger, 10 * Cent);
        _store.FailsAfter = true;
        reservation.Settle(30 * Cent); // more than all grants: charged, perhaps
        await Eventually.TrueAsync(() => _store.Asked >= 4, "the charge is sent");
        _store.FailsAfter = false;
        await _ledger.StopAsync(default);

        Assert.Equal(30 * Cent, (await _setup.Ledger(_store).ReadAsync("team-a", BudgetSetup.OneDollar)).SpentNanoUsd);
    }

    [Fact]
    public async Task ChargeThatFailed_IsSentAgain_WithoutACall()
    {
        await using var ledger = await _setup.StartAsync(_store);
        var reservation = await BudgetSetup.HoldAsync(ledger, 10 * Cent);
        _store.FailsBefore = true;
        var asked = _store.Asked;
        reservation.Settle(60 * Cent);
        await Eventually.TrueAsync(() => _store.Asked > asked, "the charge is sent");

        _store.FailsBefore = false;

        await Eventually.TrueAsync(
            async () =>
            {
                _setup.Time.Advance(TimeSpan.FromSeconds(1));
                return (await ledger.ReadAsync("team-a", BudgetSetup.OneDollar)).RemainingNanoUsd == 40 * Cent
                    && await _store.ReadAsync(BudgetAmounts.AccountOf("team-a", BudgetPeriod.Month, _setup.Time.GetUtcNow()), default) == 60 * Cent;
            },
            "the charge is in the store");
    }

    [Fact]
    public async Task FrozenRedis_IsGone_AndComesBack()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await RedisConnection.OpenAsync(server.ConnectionString, "test");
        var ledger = new BudgetLedger(
            new RedisBudgetGrantStore(connection), new BudgetStoreWatch(Microsoft.Extensions.Logging.Abstractions.NullLogger<BudgetStoreWatch>.Instance),
            new BudgetMetrics(_setup.Meters), TimeProvider.System);
        await Eventually.TrueAsync(async () => (await ledger.ReserveAsync("team-a", BudgetSetup.OneDollar, 10 * Cent)).Reservation is not null, "Redis grants");

        server.Stop();
        AssertGone((await ledger.ReserveAsync("team-a", BudgetSetup.OneDollar, 20 * Cent).AsTask().WaitAsync(Deadlines.Step)).Refusal);
        server.Continue();

        await Eventually.TrueAsync(
            async () => (await ledger.ReserveAsync("team-a", BudgetSetup.OneDollar, 20 * Cent)).Reservation is not null, "Redis is back");
        await ledger.DisposeAsync();
    }

    private static void AssertGone(GatewayError? refusal)
    {
        Assert.Equal(ErrorCode.StoreUnavailable, refusal?.Code);
        Assert.Equal(TimeSpan.FromSeconds(1), refusal?.RetryAfter);
    }

    private BudgetDecision Now(long nanoUsd)
    {
        var deciding = _ledger.ReserveAsync("team-a", BudgetSetup.OneDollar, nanoUsd).AsTask();
        return deciding.IsCompleted ? deciding.Result : default;
    }
}
