using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

/// <summary>What every store of budgets does.</summary>
public abstract class BudgetGrantStoreContract
{
    private const long Cent = 10_000_000;

    private static readonly BudgetAccountId November = BudgetAmounts.AccountOf("team-a", BudgetPeriod.Month, new(2126, 11, 24, 10, 0, 0, TimeSpan.Zero));

    private readonly Guid _sender = Guid.NewGuid();

    private protected abstract IBudgetGrantStore Store { get; }

    [Fact]
    public async Task Grants_AreOfTheirUsualSize_AndNearTheEndOfWhatIsNeeded()
    {
        // Six cents, of which a call takes one: grants of a cent while there are four left.
        var grants = new List<long>();
        for (var i = 0; i < 8; i++)
        {
            grants.Add((await TakeAsync(6 * Cent, wanted: Cent, needed: 1000, least: 1000)).Granted);
        }

        Assert.Equal([Cent, Cent, Cent, 1000, 1000, 1000, 1000, 1000], grants);
        Assert.Equal((3 * Cent) + 5000, await ReadAsync());
    }

    [Fact]
    public async Task LastNano_IsGranted_AndNotOneMore()
    {
        Assert.Equal(0, (await TakeAsync(1000, Cent, 1001, 1001)).Granted);
        Assert.Equal(new GrantAnswer(999, 999), await TakeAsync(1000, Cent, 999, 999));
        Assert.Equal(new GrantAnswer(0, 999), await TakeAsync(1000, Cent, 2, 2));
        Assert.Equal(new GrantAnswer(1, 1000), await TakeAsync(1000, Cent, 1, 1));
        Assert.Equal(new GrantAnswer(0, 1000), await TakeAsync(1000, Cent, 0, 0));
    }

    [Fact]
    public async Task ManyWaiting_GetWhatThereIs()
    {
        Assert.Equal(1000, (await TakeAsync(1000, Cent, needed: 5000, least: 10)).Granted);
    }

    [Fact]
    public async Task LargestAmounts_AreExact()
    {
        Assert.Equal(BudgetAmounts.Max - 1, (await TakeAsync(BudgetAmounts.Max, Cent, BudgetAmounts.Max - 1, BudgetAmounts.Max - 1)).Granted);
        Assert.Equal(0, (await TakeAsync(BudgetAmounts.Max, Cent, 2, 2)).Granted);
        Assert.Equal(new GrantAnswer(1, BudgetAmounts.Max), await TakeAsync(BudgetAmounts.Max, Cent, 1, 1));
    }

    [Fact]
    public async Task Return_MakesRoom_AndNeverMoreThanThereWas()
    {
        await TakeAsync(1000, Cent, 1000, 1000);

        Assert.Equal(new GrantAnswer(0, 600), await Store.ReturnAsync(NewOperation(), November, 400));
        Assert.Equal(400, (await TakeAsync(1000, Cent, 400, 400)).Granted);
        Assert.Equal(new GrantAnswer(0, 0), await Store.ReturnAsync(NewOperation(), November, 5000));
    }

    [Fact]
    public async Task Charge_GoesBeyondTheBudget()
    {
        await TakeAsync(1000, Cent, 1000, 1000);

        Assert.Equal(new GrantAnswer(0, 1500), await Store.ChargeAsync(NewOperation(), November, 500));
        Assert.Equal(0, (await TakeAsync(1000, Cent, 1, 1)).Granted);
        Assert.Equal(500, (await TakeAsync(2000, Cent, 500, 500)).Granted);
    }

    [Fact]
    public async Task OperationThatComesTwice_IsDoneOnce()
    {
        var take = NewOperation();
        var request = new GrantRequest(1000, Cent, 300, 300);
        Assert.Equal(new GrantAnswer(300, 300), await Store.TakeAsync(take, November, request));
        Assert.Equal(new GrantAnswer(300, 300), await Store.TakeAsync(take, November, request));

        var charge = NewOperation();
        await Store.ChargeAsync(charge, November, 50);
        Assert.Equal(new GrantAnswer(0, 350), await Store.ChargeAsync(charge, November, 50));

        var giveBack = NewOperation();
        await Store.ReturnAsync(giveBack, November, 100);
        await Store.TakeAsync(new BudgetOperationId(Guid.NewGuid(), Guid.NewGuid()), November, request); // somebody else's
        Assert.Equal(new GrantAnswer(0, 550), await Store.ReturnAsync(giveBack, November, 100));
    }

    [Fact]
    public async Task Accounts_AreKeptApart_ByKeyAndPeriod()
    {
        await TakeAsync(1000, Cent, 1000, 1000);

        Assert.Equal(0, await Store.ReadAsync(November with { Key = "team-b" }, default));
        Assert.Equal(0, await Store.ReadAsync(November with { Period = "2126-12" }, default));
        Assert.Equal(0, await Store.ReadAsync(new BudgetAccountId("team-a", "total", null), default));
        Assert.Equal(1000, await ReadAsync());
    }

    [Fact]
    public async Task RacingTakes_NeverTakeMoreThanTheBudget()
    {
        var grants = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Store.TakeAsync(
            new BudgetOperationId(Guid.NewGuid(), Guid.NewGuid()), November, new GrantRequest(1_000_000, 30_000, 20_000, 20_000))));

        Assert.InRange(grants.Sum(grant => grant.Granted), 980_001, 1_000_000);
        Assert.Equal(grants.Sum(grant => grant.Granted), await ReadAsync());
    }

    private protected Task<long> ReadAsync() => Store.ReadAsync(November, default);

    private protected Task<GrantAnswer> TakeAsync(long budget, long wanted, long needed, long least) =>
        Store.TakeAsync(NewOperation(), November, new GrantRequest(budget, wanted, needed, least));

    private BudgetOperationId NewOperation() => new(_sender, Guid.NewGuid());
}
