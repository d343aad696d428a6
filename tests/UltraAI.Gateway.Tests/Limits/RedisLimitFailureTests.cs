using System.Collections.Concurrent;
using System.Diagnostics;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

/// <summary>Redis frozen, killed, restarted, emptied, under load (CONTRACT §6).</summary>
[Collection(nameof(RunsAlone))]
public sealed class RedisLimitFailureTests(ITestOutputHelper output)
{
    // What the contract allows is 200 ms; the rest is for a machine that is busy with something else.
    private static readonly TimeSpan SlowestDecision = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("Local")]
    [InlineData("Deny")]
    public async Task Redis_FrozenUnderLoad_IsLeftAloneAndFoundAgain(string onFailure) =>
        await GoneAndBackAsync(Enum.Parse<StoreFailure>(onFailure), server => server.Stop(), server =>
        {
            server.Continue();
            return Task.CompletedTask;
        });

    [Theory]
    [InlineData("Local")]
    [InlineData("Deny")]
    public async Task Redis_KilledUnderLoad_IsLeftAloneAndFoundAgain(string onFailure) =>
        await GoneAndBackAsync(Enum.Parse<StoreFailure>(onFailure), server => server.Kill(), server => server.RestartAsync());

    [Theory]
    [InlineData("Local", "FLUSHALL")]
    [InlineData("Local", "SCRIPT FLUSH")]
    [InlineData("Deny", "FLUSHALL")]
    [InlineData("Deny", "SCRIPT FLUSH")]
    public async Task Redis_EmptiedUnderLoad_IsUsedOn(string onFailure, string command)
    {
        await using var instances = await RedisInstances.StartAsync(2, Enum.Parse<StoreFailure>(onFailure));
        await using var load = new Load(instances, 2);
        await load.RunsAsync();

        await instances.Server.CommandAsync(command);
        await load.RunsAsync();
        await load.RunsAsync();

        output.WriteLine($"slowest decision {load.Slowest.TotalMilliseconds:0.0} ms, log [{string.Join(", ", instances.Logs.Events)}]");
        Assert.True(load.Slowest < SlowestDecision, $"{load.Slowest}");
        await instances.AllAvailableAsync(Recovery);
        Assert.True(await load.EndAsync() > 0);
    }

    [Fact]
    public async Task Absence_GivesEachInstanceItsShareOfTheRateAndNoBurst()
    {
        await using var instances = await RedisInstances.StartAsync(2);
        var options = new LimitOptions { RequestsPerMinute = 1200, RequestBurst = 1000, MaxConcurrent = 4 };
        var keys = new[] { RedisInstances.Key(options), RedisInstances.Key(options) };
        instances.Server.Kill();
        await Eventually.TrueAsync(() => !instances[0].IsAvailable && !instances[1].IsAvailable, "both know");

        var windows = new[] { new LimitWindows(), new LimitWindows() };
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(2))
        {
            for (var i = 0; i < 2; i++)
            {
                var before = Stopwatch.GetTimestamp();
                var decision = instances[i].ReserveAsync(keys[i], new LimitDemand(1, 0, 0), null, default).AsTask();
                Assert.True(decision.IsCompleted);
                if ((await decision).Reservation is not null)
                {
                    windows[i].Add(before, 1);
                }
            }

            await Task.Delay(2);
        }

        // 20/s in all: 10/s each, and at most a second's worth at once after a pause of this loop's.
        foreach (var window in windows)
        {
            window.AssertWithin(10, 10);
            Assert.InRange(window.Total, 18, 1 + (10 * watch.Elapsed.TotalSeconds));
        }

        Assert.NotNull((await instances[0].ReserveAsync(keys[0], new LimitDemand(0, 0, 2), null, default)).Reservation);
        Assert.Equal(ErrorCode.ConcurrencyLimited, (await instances[0].ReserveAsync(keys[0], new LimitDemand(0, 0, 1), null, default)).Refusal!.Code);
    }

    [Fact]
    public async Task Absence_FromTheStart_IsSaidAndEnds()
    {
        await using var instances = await RedisInstances.StartAsync(0);
        instances.Server.Kill();
        var store = await instances.AddAsync(StoreFailure.Deny);
        var key = RedisInstances.Key(new LimitOptions { RequestsPerMinute = 60 });

        var refusal = (await store.ReserveAsync(key, new LimitDemand(1, 0, 0), null, default)).Refusal!;
        Assert.Equal(ErrorCode.StoreUnavailable, refusal.Code);
        Assert.Equal(TimeSpan.FromSeconds(1), refusal.RetryAfter);

        await instances.Server.RestartAsync();
        await instances.AllAvailableAsync(Recovery);
        Assert.NotNull((await store.ReserveAsync(key, new LimitDemand(1, 0, 0), null, default)).Reservation);
        Assert.Equal(["RedisGone", "RedisBack"], instances.Logs.Events);
    }

    [Fact]
    public async Task RunningCalls_OfBeforeARestart_StillCount()
    {
        await using var instances = await RedisInstances.StartAsync(2);
        var options = new LimitOptions { MaxConcurrent = 3 };
        var (mine, other) = (RedisInstances.Key(options), RedisInstances.Key(options));
        var running = (await instances[0].ReserveAsync(mine, new LimitDemand(0, 0, 2), null, default)).Reservation!;

        await instances.Server.RestartAsync();

        await Eventually.TrueAsync(
            async () =>
            {
                var two = await instances[1].ReserveAsync(other, new LimitDemand(0, 0, 2), null, default);
                two.Reservation?.Settle(0);
                return instances[1].IsAvailable && two.Refusal?.Code == ErrorCode.ConcurrencyLimited;
            },
            "two of three are taken");
        running.Settle(0);
        await Eventually.TrueAsync(
            async () => (await instances[1].ReserveAsync(other, new LimitDemand(0, 0, 3), null, default)).Reservation is not null, "all three are free");
    }

    [Fact]
    public async Task Flush_OfASpentLimit_DoesNotFillIt()
    {
        await using var instances = await RedisInstances.StartAsync(1);
        var key = RedisInstances.Key(new LimitOptions { RequestsPerMinute = 6, RequestBurst = 5, MaxConcurrent = 2 });
        await instances[0].ReserveAsync(key, new LimitDemand(5, 0, 2), null, default);

        await instances.Server.CommandAsync("FLUSHALL");

        // Without a pause: first from what the instance knows, and when it no longer believes that, from Redis.
        var watch = Stopwatch.StartNew();
        do
        {
            Assert.Equal(ErrorCode.RateLimited, (await instances[0].ReserveAsync(key, new LimitDemand(1, 0, 0), null, default)).Refusal!.Code);
        }
        while (watch.Elapsed < TimeSpan.FromMilliseconds(50));

        Assert.Equal(ErrorCode.ConcurrencyLimited, (await instances[0].ReserveAsync(key, new LimitDemand(0, 0, 1), null, default)).Refusal!.Code);
    }

    private async Task GoneAndBackAsync(StoreFailure onFailure, Action<RedisServer> takeAway, Func<RedisServer, Task> bringBack)
    {
        await using var instances = await RedisInstances.StartAsync(2, onFailure);
        await using var load = new Load(instances, 2);
        await load.RunsAsync();

        takeAway(instances.Server);
        await Eventually.TrueAsync(() => !instances[0].IsAvailable && !instances[1].IsAvailable, "both know");
        await load.RunsAsync();
        var key = RedisInstances.Key(new LimitOptions { RequestsPerMinute = 60 });
        var decision = instances[0].ReserveAsync(key, new LimitDemand(1, 0, 0), null, default).AsTask();
        Assert.True(decision.IsCompleted, "nobody waits for a Redis that is known to be gone");
        Assert.Equal(onFailure == StoreFailure.Deny ? ErrorCode.StoreUnavailable : null, (await decision).Refusal?.Code);

        var watch = Stopwatch.StartNew();
        await bringBack(instances.Server);
        await instances.AllAvailableAsync(Recovery);
        output.WriteLine($"slowest decision {load.Slowest.TotalMilliseconds:0.0} ms, found again after {watch.ElapsedMilliseconds} ms");
        await load.RunsAsync();

        Assert.True(load.Slowest < SlowestDecision, $"{load.Slowest}");
        Assert.True(await load.EndAsync() > 0);
        Assert.Equal(["RedisBack", "RedisBack", "RedisGone", "RedisGone"], instances.Logs.Events.Order());
    }

    /// <summary>Clients that ask all the time, and how long the slowest answer took.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentBag<TimeSpan> _durations = [];
        private readonly Task _clients;
        private int _admitted;

        public Load(RedisInstances instances, int count)
        {
            var options = new LimitOptions { RequestsPerMinute = 6000, RequestBurst = 200, TokensPerMinute = 600_000, MaxConcurrent = 20 };
            var keys = Enumerable.Range(0, count).Select(_ => RedisInstances.Key(options)).ToArray();
            _clients = Task.WhenAll(Enumerable.Range(0, 16).Select(client => Task.Run(() => AskAsync(instances[client % count], keys[client % count]))));
        }

        public TimeSpan Slowest => _durations.Max();

        /// <summary>Waits until it has gone on for a while.</summary>
        public Task RunsAsync()
        {
            var until = _durations.Count + 500;
            return Eventually.TrueAsync(() => _durations.Count >= until || _clients.IsFaulted, "the clients get answers");
        }

        public async Task<int> EndAsync()
        {
            await _stop.CancelAsync();
            await _clients;
            return _admitted;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _clients.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }

        private async Task AskAsync(RedisLimitStore store, LimitSubject key)
        {
            while (!_stop.IsCancellationRequested)
            {
                var start = Stopwatch.GetTimestamp();
                var decision = await store.ReserveAsync(key, new LimitDemand(1, 50, 1), null, default);
                _durations.Add(Stopwatch.GetElapsedTime(start));
                await Task.Delay(2);
                if (decision.Reservation is { } reservation)
                {
                    Interlocked.Increment(ref _admitted);
                    reservation.Settle(60);
                }
            }
        }
    }
}
