using StackExchange.Redis;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Storage;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

public sealed class EmbeddedBudgetGrantStoreTests : BudgetGrantStoreContract, IAsyncDisposable
{
    private readonly EmbeddedFolder _folder = EmbeddedFolder.Open();

    private protected override IBudgetGrantStore Store => new EmbeddedBudgetGrantStore(_folder.Database, TimeProvider.System);

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task WhatIsTaken_IsThereAfterReopening()
    {
        await TakeAsync(1000, 10_000_000, 700, 700);

        await _folder.ReopenAsync();

        Assert.Equal(700, await ReadAsync());
    }

    [Fact]
    public async Task AccountsLongOver_AreForgotten_AndTotalsAreNot()
    {
        var operation = new BudgetOperationId(Guid.NewGuid(), Guid.NewGuid());
        var old = new BudgetAccountId("team-a", "2000-01-01", new(2000, 1, 2, 0, 0, 0, TimeSpan.Zero));
        var total = new BudgetAccountId("team-a", "total", null);
        await Store.ChargeAsync(operation, old, 5);
        await Store.ChargeAsync(operation, total, 6);

        await Store.ChargeAsync(operation, new BudgetAccountId("team-b", "total", null), 7);

        Assert.Equal(0, await Store.ReadAsync(old, default));
        Assert.Equal(6, await Store.ReadAsync(total, default));
    }
}

public sealed class RedisBudgetGrantStoreTests(RedisFixture redis) : BudgetGrantStoreContract, IClassFixture<RedisFixture>, IAsyncLifetime
{
    private RedisConnection _connection = null!;

    private protected override IBudgetGrantStore Store => new RedisBudgetGrantStore(_connection);

    public async ValueTask InitializeAsync() => _connection = await redis.ConnectAsync();

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task Names_CarryTheHashTag_AndExpireAfterThePeriod()
    {
        await TakeAsync(1000, 10_000_000, 700, 700);

        RedisKey name = $"{{{_connection.Prefix}}}:budget:2126-11:team-a";
        Assert.Equal(700, await _connection.Database.StringGetAsync(name));
        Assert.Equal(new DateTime(2126, 12, 8, 0, 0, 0, DateTimeKind.Utc), await _connection.Database.KeyExpireTimeAsync(name));
    }
}
