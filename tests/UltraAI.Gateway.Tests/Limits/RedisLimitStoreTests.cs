using Microsoft.Extensions.Logging.Abstractions;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

[Collection(nameof(RunsAlone))]
public sealed class RedisLimitStoreTests : LimitStoreTests
{
    // Delay and Redis count by different clocks, and not in the same steps: a wait to the very millisecond may end before Redis's.
    private static readonly TimeSpan ClockError = TimeSpan.FromMilliseconds(10);

    private RedisServer _server = null!;
    private RedisConnection _connection = null!;
    private RedisLimitStore _store = null!;

    private protected override async Task<ILimitStore> CreateAsync()
    {
        _server = await RedisServer.StartAsync();
        _connection = await RedisConnection.OpenAsync(_server.ConnectionString, "test");
        _store = new RedisLimitStore(_connection, StoreFailure.Local, Metrics, TimeProvider.System, NullLogger<RedisLimitStore>.Instance);
        await _store.StartAsync(CancellationToken.None);
        return _store;
    }

    private protected override async Task CloseAsync()
    {
        await _store.StopAsync(CancellationToken.None);
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    private protected override int Absences => _store.Absences;

    private protected override Task PassAsync(TimeSpan time) => Task.Delay(time + ClockError);
}
