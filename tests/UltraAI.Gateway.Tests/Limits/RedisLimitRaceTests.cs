using System.Diagnostics;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

/// <summary>Several instances on one Redis, all at once.</summary>
[Collection(nameof(RunsAlone))]
public sealed class RedisLimitRaceTests(ITestOutputHelper output)
{
    private const int Clients = 64;
    private const int Attempts = 5;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(4);

    [Fact]
    public Task Requests_RacedForByThreeInstances_KeepTheBoundAndGetTheRate() => WithRedisInReachAsync(RaceRequestsAsync);

    private async Task RaceRequestsAsync(RedisInstances instances)
    {
        var options = new LimitOptions { RequestsPerMinute = 3000, RequestBurst = 100 };
        var keys = Enumerable.Range(0, 3).Select(_ => RedisInstances.Key(options)).ToArray();
        var windows = new LimitWindows();
        var watch = Stopwatch.StartNew();

        await RaceAsync(async client =>
        {
            var before = Stopwatch.GetTimestamp();
            var decision = await instances[client % 3].ReserveAsync(keys[client % 3], new LimitDemand(1, 0, 0), null, default);
            if (decision.Reservation is not null)
            {
                windows.Add(before, 1);
            }
            else
            {
                Assert.Equal(ErrorCode.RateLimited, decision.Refusal!.Code);
                await Task.Delay(5);
            }
        });

        var possible = 100 + (50 * watch.Elapsed.TotalSeconds);
        output.WriteLine($"{windows.Total} of {possible:0.0} ({windows.Total / possible:P1})");
        instances.AssertInReach();
        windows.AssertWithin(100, 50);
        Assert.True(windows.Total >= 0.97 * possible, $"{windows.Total} of {possible:0.0}");
    }

    [Fact]
    public Task Tokens_OfRandomCallsOnThreeInstances_KeepTheBoundAndGetTheRate() => WithRedisInReachAsync(RaceTokensAsync);

    private async Task RaceTokensAsync(RedisInstances instances)
    {
        var options = new LimitOptions { TokensPerMinute = 600_000, TokenBurst = 20_000 };
        var keys = Enumerable.Range(0, 3).Select(_ => RedisInstances.Key(options)).ToArray();
        var windows = new LimitWindows();
        var (debt, watch) = (0L, Stopwatch.StartNew());

        await RaceAsync(async client =>
        {
            var demand = Random.Shared.NextInt64(1, 1200);
            var before = Stopwatch.GetTimestamp();
            var decision = await instances[client % 3].ReserveAsync(keys[client % 3], new LimitDemand(0, demand, 0), null, default);
            if (decision.Reservation is not { } reservation)
            {
                await Task.Delay(5);
                return;
            }

            windows.Add(before, demand);
            await Task.Delay(Random.Shared.Next(20));
            var unused = demand - Random.Shared.NextInt64(0, demand + (demand / 2));
            before = Stopwatch.GetTimestamp();
            reservation.Settle(demand - unused);
            if (unused > 0)
            {
                windows.Add(before, -unused);
            }
            else
            {
                Interlocked.Add(ref debt, -unused);
            }
        });

        var possible = 20_000 + (10_000 * watch.Elapsed.TotalSeconds) - debt;
        output.WriteLine($"{windows.Total} of {possible:0} ({windows.Total / possible:P1})");
        instances.AssertInReach();
        windows.AssertWithin(20_000, 10_000);
        Assert.True(windows.Total >= 0.97 * possible, $"{windows.Total} of {possible:0}");
    }

    [Fact]
    public Task Concurrency_RacedForByThreeInstances_NeverExceedsTheLimit() => WithRedisInReachAsync(RaceConcurrencyAsync);

    private async Task RaceConcurrencyAsync(RedisInstances instances)
    {
        var keys = Enumerable.Range(0, 3).Select(_ => RedisInstances.Key(new LimitOptions { MaxConcurrent = 50 })).ToArray();
        var (running, most, admitted) = (0, 0, 0);
        var gate = new Lock();

        await RaceAsync(async client =>
        {
            var decision = await instances[client % 3].ReserveAsync(keys[client % 3], new LimitDemand(0, 0, 1), null, default);
            if (decision.Reservation is not { } reservation)
            {
                await Task.Delay(5);
                return;
            }

            lock (gate)
            {
                admitted++;
                most = Math.Max(most, ++running);
            }

            await Task.Delay(20);
            lock (gate)
            {
                running--;
            }

            reservation.Settle(0);
        });

        output.WriteLine($"{admitted} admitted, {most} at once");
        instances.AssertInReach();
        Assert.InRange(most, 40, 50);
    }

    [Fact]
    public async Task Load_BelowTheLimit_IsDecidedWithoutWaitingAndLeavesNothingBehind()
    {
        await using var instances = await RedisInstances.StartAsync(2);
        var options = new LimitOptions { RequestsPerMinute = 60_000, TokensPerMinute = 60_000_000, MaxConcurrent = 800 };
        var keys = new[] { RedisInstances.Key(options), RedisInstances.Key(options) };
        var (atOnce, all) = (0, 0);

        await RaceAsync(
            async client =>
            {
                var decision = instances[client % 2].ReserveAsync(keys[client % 2], new LimitDemand(1, 1000, 1), null, default).AsTask();
                Interlocked.Increment(ref all);
                Interlocked.Add(ref atOnce, decision.IsCompleted ? 1 : 0);
                var reservation = (await decision).Reservation!;
                await Task.Delay(15);
                reservation.Settle(1000);
            },
            clients: 8);

        output.WriteLine($"{atOnce} of {all} at once");
        Assert.True(atOnce > 0.8 * all, $"{atOnce} of {all}");
        var whole = RedisInstances.Key(options);
        var third = await instances.AddAsync();
        var decision = await Eventually.ValueAsync(
            () => third.ReserveAsync(whole, new LimitDemand(60_000, 60_000_000, 800), null, default).AsTask(),
            decision => decision.Reservation is not null,
            "both instances have given back all leases and slots, and the buckets are full");
        decision.Reservation!.Settle(0);
    }

    [Fact]
    public async Task Demand_CoveredByALeaseForTheKeyOnly_TakesNothingWhenTheProviderRefuses()
    {
        await using var instances = await RedisInstances.StartAsync(1);
        var key = RedisInstances.Key(new LimitOptions { RequestsPerMinute = 60, RequestBurst = 1000 });
        var provider = new LimitSubject("provider:openai", "openai", new LimitOptions { RequestsPerMinute = 6, RequestBurst = 1 });
        var one = new LimitDemand(1, 0, 0);
        await Eventually.TrueAsync(
            () => Task.FromResult(instances[0].ReserveAsync(key, one, null, default).AsTask().IsCompleted), "a lease is here");
        Assert.NotNull((await instances[0].ReserveAsync(null, default, provider, one)).Reservation);
        var before = (await instances[0].ReserveAsync(key, default, null, default)).Requests!.Value.Remaining;

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(ErrorCode.RateLimited, (await instances[0].ReserveAsync(key, one, provider, one)).Refusal!.Code);
        }

        Assert.InRange((await instances[0].ReserveAsync(key, default, null, default)).Requests!.Value.Remaining, before, before + 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CrashedInstance_GivesItsSlotsBack(bool isClockSetBack)
    {
        await using var instances = await RedisInstances.StartAsync(2);
        var options = new LimitOptions { MaxConcurrent = 3 };
        var (crashing, other) = (RedisInstances.Key(options), RedisInstances.Key(options));
        Assert.NotNull((await instances[0].ReserveAsync(crashing, new LimitDemand(0, 0, 3), null, default)).Reservation);
        Assert.Null((await instances[1].ReserveAsync(other, new LimitDemand(0, 0, 1), null, default)).Reservation);

        var watch = Stopwatch.StartNew();
        await instances.CrashAsync(0);
        if (isClockSetBack)
        {
            // By an hour: what was written before lies as far in the future.
            await instances.Server.CommandAsync(
                """EVAL "for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('ZINCRBY', KEYS[1], 3600000000, id) end" 1 {test}:l:instances""");
        }

        await Eventually.TrueAsync(
            async () => (await instances[1].ReserveAsync(other, new LimitDemand(0, 0, 3), null, default)).Reservation is not null, "the slots are free");
        output.WriteLine($"after {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.InRange(watch.Elapsed.TotalSeconds, 5, 15);
    }

    [Fact(Timeout = 60_000)]
    public async Task KeysThatComeAndGo_WithALimitedProvider_AreAllDecided()
    {
        // So many that each rests long enough to be forgotten between two of its requests.
        const int Keys = 5000;
        await using var instances = await RedisInstances.StartAsync(2);
        var options = new LimitOptions { MaxConcurrent = 100 };
        var providers = Enumerable.Range(0, 2).Select(_ => new LimitSubject("provider:openai", "openai", new LimitOptions { RequestsPerMinute = 100_000_000, MaxConcurrent = 1000 })).ToArray();
        var keys = Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, Keys).Select(number => new LimitSubject($"key:{number}", $"{number}", options)).ToArray()).ToArray();
        var (next, admitted) = (0, 0);

        await RaceAsync(async client =>
        {
            var key = keys[client % 2][Interlocked.Increment(ref next) % Keys];
            var decision = await instances[client % 2].ReserveAsync(key, new LimitDemand(1, 0, 1), providers[client % 2], new LimitDemand(1, 0, 1));
            if (decision.Reservation is { } reservation)
            {
                Interlocked.Increment(ref admitted);
                reservation.Settle(0);
            }

            await Task.Delay(2);
        }).WaitAsync(TestContext.Current.CancellationToken);

        output.WriteLine($"{admitted} of {next} admitted");
        Assert.True(admitted > Keys, $"{admitted} of {next}");
    }

    [Fact]
    public async Task StoppedInstance_GivesItsSlotsBackAtOnce()
    {
        await using var instances = await RedisInstances.StartAsync(2);
        var options = new LimitOptions { MaxConcurrent = 3 };
        await instances[0].ReserveAsync(RedisInstances.Key(options), new LimitDemand(0, 0, 3), null, default);

        await instances[0].StopAsync(CancellationToken.None);

        Assert.NotNull((await instances[1].ReserveAsync(RedisInstances.Key(options), new LimitDemand(0, 0, 3), null, default)).Reservation);
        await Eventually.TrueAsync(() => instances[1].Instances == 1, "the other one knows");
    }

    /// <summary>The bounds hold while Redis answers in time. Where the machine was too busy for that, the attempt says nothing.</summary>
    private async Task WithRedisInReachAsync(Func<RedisInstances, Task> race)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var instances = await RedisInstances.StartAsync(3);
            try
            {
                await race(instances);
                return;
            }
            catch (RedisInstances.OutOfReachException) when (attempt < Attempts)
            {
                output.WriteLine("Redis did not answer in time; once more");
            }
        }
    }

    private static Task RaceAsync(Func<int, Task> step, int clients = Clients)
    {
        var watch = Stopwatch.StartNew();
        return Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            while (watch.Elapsed < Span)
            {
                await step(client);
            }
        })));
    }
}
