using UltraAI.Gateway.Metering;
using Xunit;

namespace UltraAI.Gateway.Tests.Metering;

/// <summary>What every store of usage does.</summary>
public abstract class UsageStoreContract
{
    private static readonly DateOnly Monday = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-30);
    private static readonly UsageKey TeamA = new("team-a", "openai", "gpt-4o");

    private protected abstract IUsageStore Store { get; }

    [Fact]
    public async Task Batches_AreAddedUp()
    {
        await AddAsync(Row(TeamA, 0, 1));
        await AddAsync(Row(TeamA, 0, 10), Row(TeamA, 1, 100));

        Assert.Equal(
            [new UsageRow("team-a", "openai", "gpt-4o", Monday, Totals(11)), new UsageRow("team-a", "openai", "gpt-4o", Monday.AddDays(1), Totals(100))],
            await ReadAsync(UsageGrouping.Key | UsageGrouping.Provider | UsageGrouping.Model | UsageGrouping.Day));
    }

    [Fact]
    public async Task BatchThatComesTwice_CountsOnce()
    {
        var batch = Guid.NewGuid();
        await Store.AddAsync(batch, [Row(TeamA, 0, 1)], default);
        await Store.AddAsync(batch, [Row(TeamA, 0, 1)], default);

        Assert.Equal(1, Assert.Single(await ReadAsync(UsageGrouping.None)).Totals.Requests);
    }

    [Fact]
    public async Task Report_IsGroupedAsAsked_AndInOrder()
    {
        await AddAsync(
            Row(TeamA, 0, 1), Row(TeamA with { Provider = "azure" }, 0, 2), Row(TeamA with { Model = "other\nmodel 1" }, 1, 4), Row(TeamA with { VirtualKey = "key-b" }, 2, 8));

        Assert.Equal([new UsageRow(null, null, null, null, Totals(15))], await ReadAsync(UsageGrouping.None));
        Assert.Equal([new UsageRow("key-b", null, null, null, Totals(8)), new UsageRow("team-a", null, null, null, Totals(7))], await ReadAsync(UsageGrouping.Key));
        Assert.Equal([new UsageRow(null, "azure", null, null, Totals(2)), new UsageRow(null, "openai", null, null, Totals(13))], await ReadAsync(UsageGrouping.Provider));
        Assert.Equal([new UsageRow(null, null, "gpt-4o", null, Totals(11)), new UsageRow(null, null, "other\nmodel 1", null, Totals(4))], await ReadAsync(UsageGrouping.Model));
        Assert.Equal([3L, 4, 8], (await ReadAsync(UsageGrouping.Day)).Select(row => row.Totals.Requests));
    }

    [Fact]
    public async Task Days_AreThoseAskedFor_BothIncluded()
    {
        await AddAsync(Row(TeamA, 0, 1), Row(TeamA, 1, 2), Row(TeamA, 2, 4), Row(TeamA, 3, 8));

        Assert.Equal(6, Assert.Single(await Store.ReadAsync(Monday.AddDays(1), Monday.AddDays(2), UsageGrouping.None, default)).Totals.Requests);
        Assert.Equal(15, Assert.Single(await Store.ReadAsync(DateOnly.MinValue, DateOnly.MaxValue, UsageGrouping.None, default)).Totals.Requests);
        Assert.Empty(await Store.ReadAsync(Monday.AddDays(4), Monday.AddDays(9), UsageGrouping.None, default));
        Assert.Empty(await Store.ReadAsync(Monday.AddDays(2), Monday, UsageGrouping.None, default));
    }

    [Fact]
    public async Task SumThatDoesNotFit_StaysAtTheHighestValue()
    {
        await AddAsync(KeyValuePair.Create((TeamA, Monday), Totals(1) with { CostNanoUsd = long.MaxValue - 1 }));
        await AddAsync(Row(TeamA, 0, 2));
        await AddAsync(Row(TeamA, 0, 4));

        Assert.Equal(Totals(7) with { CostNanoUsd = long.MaxValue }, Assert.Single(await ReadAsync(UsageGrouping.None)).Totals);
    }

    [Fact]
    public async Task LargeBatch_IsWrittenWhole()
    {
        await AddAsync([.. Enumerable.Range(0, 500).Select(i => Row(TeamA with { Model = $"m{i}" }, i % 3, 1))]);

        Assert.Equal(500, (await ReadAsync(UsageGrouping.Model)).Count);
        Assert.Equal(Totals(500), Assert.Single(await ReadAsync(UsageGrouping.None)).Totals);
    }

    private protected Task AddAsync(params KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals>[] rows) => Store.AddAsync(Guid.NewGuid(), rows, default);

    private protected static KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals> Row(UsageKey key, int day, long requests) =>
        new((key, Monday.AddDays(day)), Totals(requests));

    private static UsageTotals Totals(long n) => new()
    {
        Requests = n,
        InputTokens = 2 * n,
        CachedInputTokens = 3 * n,
        CacheWriteTokens = 4 * n,
        OutputTokens = 5 * n,
        CostNanoUsd = 6 * n,
    };

    private Task<IReadOnlyList<UsageRow>> ReadAsync(UsageGrouping by) => Store.ReadAsync(Monday, Monday.AddDays(6), by, default);
}
