using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Storage;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

public sealed class EmbeddedBudgetLedgerTests : BudgetLedgerContract, IAsyncDisposable
{
    private readonly EmbeddedFolder _folder = EmbeddedFolder.Open();

    private protected override IBudgetGrantStore Store => new EmbeddedBudgetGrantStore(_folder.Database, TimeProvider.System);

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    private protected override Task ReopenAsync() => _folder.ReopenAsync();
}

public sealed class RedisBudgetLedgerTests(RedisFixture redis) : BudgetLedgerContract, IClassFixture<RedisFixture>, IAsyncLifetime
{
    private RedisConnection _connection = null!;

    private protected override IBudgetGrantStore Store => new RedisBudgetGrantStore(_connection);

    public async ValueTask InitializeAsync() => _connection = await redis.ConnectAsync();

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
