using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

[Collection(nameof(RunsAlone))]
public sealed class RedisLimitStoreTests : LimitStoreTests
{
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

    // Delay counts in whole ticks of a coarse clock, and may end almost a millisecond early.
    private protected override async Task PassAsync(TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        for (var left = time; left > TimeSpan.Zero; left = time - Stopwatch.GetElapsedTime(start))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
        }
    }
}
