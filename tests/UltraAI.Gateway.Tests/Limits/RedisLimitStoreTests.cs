using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using UltraAI.Gateway.Keys;
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

    [Fact]
    public async Task KeysThatComeAnew_DontWaitForThoseWhoAreBusy()
    {
        // It is looked through, but there is nothing to tell Redis of it: an answer to that would wait for the gate, and others behind it.
        var provider = new LimitSubject("provider:openai", "openai", new LimitOptions { RequestsPerMinute = 60 });
        var running = await _store.ReserveAsync(null, default, provider, new LimitDemand(0, 0, 1));
        Assert.NotNull(running.Reservation);
        var gate = ((RedisSubject)provider.State!).Gate;

        // Those that wait for the gate hold threads of the pool, which on a busy machine adds no others for a long time.
        ThreadPool.GetMinThreads(out var least, out var leastOfIo);
        ThreadPool.SetMinThreads(least + 8, leastOfIo);

        // Longer than the store takes until it looks through all that is held, this provider included.
        using var isOver = new ManualResetEventSlim();
        var holding = Task.Factory.StartNew(
            () =>
            {
                lock (gate)
                {
                    isOver.Wait(Deadlines.Step * 2);
                }
            },
            TaskCreationOptions.LongRunning);
        try
        {
            await Task.Run(async () =>
            {
                var watch = Stopwatch.StartNew();
                for (var number = 0; watch.Elapsed < TimeSpan.FromSeconds(0.5); number++)
                {
                    var key = new LimitSubject($"key:{number}", $"{number}", new LimitOptions { RequestsPerMinute = 60 });
                    Assert.NotNull((await _store.ReserveAsync(key, new LimitDemand(1, 0, 0), null, default)).Reservation);
                }
            }).WaitAsync(Deadlines.Step);
        }
        finally
        {
            isOver.Set();
            await holding;
            ThreadPool.SetMinThreads(least, leastOfIo);
        }
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
