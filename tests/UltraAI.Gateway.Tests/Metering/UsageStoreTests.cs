using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Storage;
using Xunit;

namespace UltraAI.Gateway.Tests.Metering;

public sealed class EmbeddedUsageStoreTests : UsageStoreContract, IAsyncDisposable
{
    private readonly EmbeddedFolder _folder = EmbeddedFolder.Open();

    private protected override IUsageStore Store => new EmbeddedUsageStore(_folder.Database, TimeProvider.System);

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task Usage_IsThereAfterReopening_UntilItIsTooOld()
    {
        await AddAsync(Row(new UsageKey("a", "p", "old"), 30 - UsageReport.KeptDays - 2, 1), Row(new UsageKey("a", "p", "young"), 0, 1));

        await _folder.ReopenAsync();

        Assert.Equal("young", Assert.Single(await Store.ReadAsync(DateOnly.MinValue, DateOnly.MaxValue, UsageGrouping.Model, default)).Model);
    }
}

public sealed class RedisUsageStoreTests(RedisFixture redis) : UsageStoreContract, IClassFixture<RedisFixture>, IAsyncLifetime
{
    private RedisConnection _connection = null!;

    private protected override IUsageStore Store => new RedisUsageStore(_connection, TimeProvider.System);

    public async ValueTask InitializeAsync() => _connection = await redis.ConnectAsync();

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task Days_Expire()
    {
        var row = Row(new UsageKey("a", "p", "m"), 0, 1);
        await AddAsync(row);

        var expires = await _connection.Database.KeyExpireTimeAsync($"{{{_connection.Prefix}}}:usage:{row.Key.Day:yyyy-MM-dd}");

        Assert.Equal(row.Key.Day.AddDays(UsageReport.KeptDays + 1).ToDateTime(TimeOnly.MinValue), expires);
    }
}
