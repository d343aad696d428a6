using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

/// <summary>What budgets do over every store.</summary>
public abstract class BudgetLedgerContract : IDisposable
{
    private const long Dollar = 1_000_000_000;
    private const long Cent = Dollar / 100;

    private readonly BudgetSetup _setup = new();

    private protected abstract IBudgetGrantStore Store { get; }

    public void Dispose()
    {
        _setup.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task RacingReservations_NeverHoldMoreThanTheBudget(int instances)
    {
        var ledgers = Enumerable.Range(0, instances).Select(_ => _setup.Ledger(Store)).ToArray();
        var random = new Random(7);
        var amounts = Enumerable.Range(0, 200).Select(_ => random.NextInt64(1, Cent + 1)).ToArray();

        var decisions = await Task.WhenAll(amounts.Select((amount, i) => Task.Run(async () =>
            (Amount: amount, Decision: await ledgers[i % instances].ReserveAsync("team-a", BudgetSetup.OneDollar, amount)))));

        // The grants in hand of other instances, and nothing else, may be out of reach.
        var held = decisions.Where(decision => decision.Decision.Reservation is not null).Sum(decision => decision.Amount);
        Assert.InRange(held, Dollar - (2 * instances * Cent), Dollar);
        Assert.All(decisions, decision => Assert.True(decision.Decision.Reservation is not null ^ decision.Decision.Refusal?.Code == ErrorCode.BudgetExhausted));
        await Task.WhenAll(ledgers.Select(ledger => ledger.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task RacingCalls_SpendNeverMoreThanTheBudget_AndNearlyAllOfIt()
    {
        var ledgers = new[] { _setup.Ledger(Store), _setup.Ledger(Store) };
        long spent = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(async () =>
        {
            var random = new Random(number);
            for (var i = 0; i < 60; i++)
            {
                var amount = random.NextInt64(1, Cent + 1);
                if ((await ledgers[number % 2].ReserveAsync("team-a", BudgetSetup.OneDollar, amount)).Reservation is { } reservation)
                {
                    var used = random.NextInt64(0, amount + 1);
                    Interlocked.Add(ref spent, used);
                    reservation.Settle(used);
                }
            }
        })));
        await Task.WhenAll(ledgers.Select(ledger => ledger.DisposeAsync().AsTask()));

        Assert.InRange(spent, Dollar - (4 * Cent), Dollar);

        // All that was granted and not spent has been given back.
        var fresh = _setup.Ledger(Store);
        Assert.Equal(spent, (await fresh.ReadAsync("team-a", BudgetSetup.OneDollar)).SpentNanoUsd);
        await BudgetSetup.HoldAsync(fresh, Dollar - spent);
        await BudgetSetup.RefuseAsync(fresh, 1);
    }

    [Fact]
    public async Task DeadInstance_HasSpentWhatItWasGranted()
    {
        var dead = _setup.Ledger(Store);
        await BudgetSetup.HoldAsync(dead, 30 * Cent);
        await BudgetSetup.HoldAsync(dead, 30 * Cent);
        await QuietAsync();

        await ReopenAsync();
        var next = _setup.Ledger(Store);
        var state = await next.ReadAsync("team-a", BudgetSetup.OneDollar);

        Assert.InRange(state.SpentNanoUsd, 60 * Cent, 61 * Cent);
        Assert.Equal(Dollar, state.SpentNanoUsd + state.RemainingNanoUsd);
        await BudgetSetup.RefuseAsync(next, (40 * Cent) + 1);
        await BudgetSetup.HoldAsync(next, state.RemainingNanoUsd);
        await BudgetSetup.RefuseAsync(next, 1);
    }

    [Fact]
    public async Task SettledCall_PaysWhatItSpent_ToTheLastNano()
    {
        await using var ledger = _setup.Ledger(Store);
        var reservation = await BudgetSetup.HoldAsync(ledger, Dollar);
        await BudgetSetup.RefuseAsync(ledger, 1);

        reservation.Settle(Dollar - 1);
        reservation.Settle(0); // only the first counts

        await BudgetSetup.RefuseAsync(ledger, 2);
        (await BudgetSetup.HoldAsync(ledger, 1)).Settle(1);
        await BudgetSetup.RefuseAsync(ledger, 1);
        await BudgetSetup.HoldAsync(ledger, 0);
    }

    [Fact]
    public async Task CallAboveItsReservation_IsChargedInFull()
    {
        var ledger = _setup.Ledger(Store);
        var reservation = await BudgetSetup.HoldAsync(ledger, 10 * Cent);

        reservation.Settle(150 * Cent);

        await BudgetSetup.RefuseAsync(ledger, 1);
        await ledger.DisposeAsync();
        var state = await _setup.Ledger(Store).ReadAsync("team-a", BudgetSetup.OneDollar);
        Assert.Equal(new BudgetState(150 * Cent, 0, new DateTimeOffset(2126, 12, 1, 0, 0, 0, TimeSpan.Zero)), state);
    }

    [Fact]
    public async Task Refusal_SaysWhenTheBudgetIsFullAgain()
    {
        await using var ledger = _setup.Ledger(Store);

        var refusal = await BudgetSetup.RefuseAsync(ledger, Dollar + 1);

        Assert.Equal(ErrorCode.BudgetExhausted, refusal.Code);
        Assert.Equal(402, refusal.StatusCode);
        Assert.False(refusal.MayRetry);
        Assert.Contains("2126-12-01T00:00:00Z", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("team-a", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TakesMore_AndSettlesAllAtOnce()
    {
        await using var ledger = _setup.Ledger(Store);
        var run = await BudgetSetup.HoldAsync(ledger, 20 * Cent);

        Assert.Null(await run.ExtendAsync(70 * Cent));
        Assert.Equal(ErrorCode.BudgetExhausted, (await run.ExtendAsync(11 * Cent))?.Code);
        run.Settle(25 * Cent);

        Assert.Equal(ErrorCode.BudgetExhausted, (await run.ExtendAsync(1))?.Code);
        await BudgetSetup.RefuseAsync(ledger, (75 * Cent) + 1);
        await BudgetSetup.HoldAsync(ledger, 75 * Cent);
    }

    [Fact]
    public async Task ExtensionTakenBack_IsFreeForOthersAtOnce()
    {
        await using var ledger = _setup.Ledger(Store);
        var run = await BudgetSetup.HoldAsync(ledger, 20 * Cent);
        Assert.Null(await run.ExtendAsync(70 * Cent));

        run.GiveBack(70 * Cent);

        var other = await BudgetSetup.HoldAsync(ledger, 80 * Cent);
        await BudgetSetup.RefuseAsync(ledger, 1);
        run.Settle(5 * Cent);
        other.Settle(0);
        run.GiveBack(70 * Cent);
        await BudgetSetup.RefuseAsync(ledger, (95 * Cent) + 1);
        await BudgetSetup.HoldAsync(ledger, 95 * Cent);
    }

    [Theory]
    [InlineData("Day", "2126-11-25T00:00:00Z")]
    [InlineData("Month", "2126-12-01T00:00:00Z")]
    public async Task NewPeriod_HasAFullBudget_AndOldCallsStayWithTheOld(string period, string end)
    {
        var budget = new BudgetOptions { Usd = 1, Period = Enum.Parse<BudgetPeriod>(period) };
        var ledger = _setup.Ledger(Store);
        var straddling = await BudgetSetup.HoldAsync(ledger, Dollar, budget);
        var old = await ledger.ReadAsync("team-a", budget);
        Assert.Equal(end, old.ResetsAt?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(0, old.RemainingNanoUsd);

        _setup.Time.SetUtcNow(old.ResetsAt!.Value - TimeSpan.FromTicks(1));
        await BudgetSetup.RefuseAsync(ledger, 1, budget);
        _setup.Time.SetUtcNow(old.ResetsAt!.Value);
        var fresh = await BudgetSetup.HoldAsync(ledger, Dollar, budget);
        straddling.Settle(40 * Cent);
        fresh.Settle(0);
        await ledger.DisposeAsync();

        Assert.Equal(40 * Cent, await Store.ReadAsync(BudgetAmounts.AccountOf("team-a", budget.Period, old.ResetsAt!.Value - TimeSpan.FromDays(1)), default));
        Assert.Equal(0, await Store.ReadAsync(BudgetAmounts.AccountOf("team-a", budget.Period, old.ResetsAt!.Value), default));
    }

    [Fact]
    public async Task TotalBudget_NeverComesBack()
    {
        var budget = new BudgetOptions { Usd = 1, Period = BudgetPeriod.Total };
        await using var ledger = _setup.Ledger(Store);
        (await BudgetSetup.HoldAsync(ledger, Dollar, budget)).Settle(Dollar);

        _setup.Time.Advance(TimeSpan.FromDays(3650));

        var refusal = await BudgetSetup.RefuseAsync(ledger, 1, budget);
        Assert.Contains("Budget:Usd", refusal.Message, StringComparison.Ordinal);
        Assert.Null((await ledger.ReadAsync("team-a", budget)).ResetsAt);
    }

    [Fact]
    public async Task ChangedBudget_AppliesAtOnce()
    {
        await using var ledger = _setup.Ledger(Store);
        (await BudgetSetup.HoldAsync(ledger, 10 * Cent)).Settle(5 * Cent);

        var smaller = new BudgetOptions { Usd = 0.05m };
        await BudgetSetup.RefuseAsync(ledger, 1, smaller);
        await BudgetSetup.HoldAsync(ledger, 95 * Cent);
        await BudgetSetup.RefuseAsync(ledger, 1);
        await BudgetSetup.HoldAsync(ledger, Dollar, new BudgetOptions { Usd = 2 });
    }

    [Fact]
    public async Task IdleGrant_GoesBack_SoThatAnotherInstanceCanUseIt()
    {
        await using var first = await _setup.StartAsync(Store);
        await using var second = _setup.Ledger(Store);
        (await BudgetSetup.HoldAsync(first, Dollar)).Settle(0);
        await BudgetSetup.RefuseAsync(second, 1);

        await Eventually.TrueAsync(
            async () =>
            {
                _setup.Time.Advance(TimeSpan.FromSeconds(1));
                return (await second.ReserveAsync("team-a", BudgetSetup.OneDollar, Dollar)).Reservation is not null;
            },
            "the first instance has given its idle grant back");
        Assert.InRange(_setup.Time.GetUtcNow() - _setup.Time.Start, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task OrderlyEnd_GivesGrantsBack()
    {
        var first = await _setup.StartAsync(Store);
        var late = await BudgetSetup.HoldAsync(first, 50 * Cent);

        await first.StopAsync(default);
        late.Settle(20 * Cent);
        await first.DisposeAsync();

        await BudgetSetup.HoldAsync(_setup.Ledger(Store), 80 * Cent);
    }

    [Fact]
    public async Task Remaining_IsTold()
    {
        using var measurements = new GatewayMeasurements(_setup.Meters);
        await using var ledger = _setup.Ledger(Store);
        (await BudgetSetup.HoldAsync(ledger, 25 * Cent)).Settle(25 * Cent);

        Assert.Equal(0.75, measurements.Sum("ultraai.budget.remaining", "key=team-a"), 6);
    }

    private protected virtual Task ReopenAsync() => Task.CompletedTask;

    // What is fetched ahead may still be on its way.
    private async Task QuietAsync()
    {
        var account = BudgetAmounts.AccountOf("team-a", BudgetPeriod.Month, _setup.Time.GetUtcNow());
        await Eventually.TrueAsync(async () => await Store.ReadAsync(account, default) >= 60 * Cent, "the grants are taken");
    }
}
