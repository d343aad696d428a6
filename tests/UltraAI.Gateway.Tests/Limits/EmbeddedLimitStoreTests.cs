using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

public sealed class EmbeddedLimitStoreTests : LimitStoreTests
{
    private readonly FakeTimeProvider _time = new();
    private EmbeddedLimitStore _store = null!;

    [Fact]
    public void Decision_IsCompleteAtOnce()
    {
        var key = new LimitSubject("key:a", "a", new LimitOptions { RequestsPerMinute = 1 });

        Assert.True(_store.ReserveAsync(key, new LimitDemand(1, 0, 0), null, default).AsTask().IsCompletedSuccessfully);
        Assert.True(_store.ReserveAsync(key, new LimitDemand(1, 0, 0), null, default).AsTask().IsCompletedSuccessfully);
    }

    /// <summary>A bucket in exact fractions of two integers, written the slow and plain way, is the judge.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task RandomCalls_AreDecidedAsByAnExactBucket(int seed)
    {
        var random = new Random(seed);
        var (rate, burst) = (random.NextInt64(1, 100_000), random.NextInt64(1, 5_000));
        var key = new LimitSubject("key:a", "a", new LimitOptions { TokensPerMinute = rate, TokenBurst = burst });
        var full = (Int128)burst * TimeSpan.TicksPerMinute;
        var level = full;
        var open = new List<(LimitReservation Reservation, long Reserved)>();
        for (var step = 0; step < 5_000; step++)
        {
            var pause = random.NextInt64(0, 1 + (random.Next(50) == 0 ? TimeSpan.TicksPerMinute : TimeSpan.TicksPerMinute / rate));
            var before = _time.GetTimestamp() / TimeSpan.TicksPerMicrosecond;
            _time.Advance(TimeSpan.FromTicks(pause));
            var microseconds = (_time.GetTimestamp() / TimeSpan.TicksPerMicrosecond) - before;
            level = Int128.Min(full, level + ((Int128)microseconds * TimeSpan.TicksPerMicrosecond * rate));
            if (open.Count > 0 && random.Next(3) == 0)
            {
                var used = random.NextInt64(0, burst * 2);
                open[0].Reservation.Settle(used);
                level = Int128.Min(full, level + ((Int128)(open[0].Reserved - used) * TimeSpan.TicksPerMinute));
                open.RemoveAt(0);
                continue;
            }

            var demand = random.NextInt64(1, burst + 2);
            var reserved = Math.Min(demand, burst);
            var decision = await _store.ReserveAsync(key, new LimitDemand(0, demand, 0), null, default);

            var missing = ((Int128)reserved * TimeSpan.TicksPerMinute) - level;
            Assert.Equal(missing <= 0, decision.Reservation is not null);
            if (decision.Reservation is { } reservation)
            {
                level -= (Int128)reserved * TimeSpan.TicksPerMinute;
                open.Add((reservation, reserved));
            }
            else
            {
                var wait = ((missing / TimeSpan.TicksPerMicrosecond) + rate - 1) / rate;
                Assert.Equal((long)wait * TimeSpan.TicksPerMicrosecond, decision.Refusal!.RetryAfter!.Value.Ticks);
            }

            Assert.Equal((long)Int128.Max(0, level / TimeSpan.TicksPerMinute), decision.Tokens!.Value.Remaining);
        }
    }

    [Theory]
    [InlineData(7, 3)]
    [InlineData(3000, 100)]
    [InlineData(1_000_003, 17)]
    public async Task SustainedDemand_GetsAllOfTheRateAndNoMore(long rate, long burst)
    {
        var key = new LimitSubject("key:a", "a", new LimitOptions { RequestsPerMinute = rate, RequestBurst = burst });
        var step = TimeSpan.FromTicks(Math.Max(1, TimeSpan.TicksPerMinute / rate / 3));
        long admitted = 0, ticks = 0;
        for (var i = 0; i < 30_000; i++)
        {
            admitted += (await _store.ReserveAsync(key, new LimitDemand(1, 0, 0), null, default)).Reservation is null ? 0 : 1;
            _time.Advance(step);
            ticks += step.Ticks;
        }

        Assert.InRange(admitted, burst + (ticks * rate / TimeSpan.TicksPerMinute) - 1, burst + (ticks * rate / TimeSpan.TicksPerMinute));
    }

    [Fact]
    public async Task ManyThreads_NeverExceedAnyLimit()
    {
        var key = new LimitSubject("key:a", "a", new LimitOptions { RequestsPerMinute = 60, RequestBurst = 1000, MaxConcurrent = 3 });
        var provider = new LimitSubject("provider:b", "b", new LimitOptions { RequestsPerMinute = 60, RequestBurst = 700 });
        var (admitted, running, most) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var demand = new LimitDemand(1, 0, 1);
                var decision = await _store.ReserveAsync(key, demand, provider, demand);
                if (decision.Reservation is { } reservation)
                {
                    var now = Interlocked.Increment(ref running);
                    InterlockedMax(ref most, now);
                    Interlocked.Increment(ref admitted);
                    await Task.Yield();
                    Interlocked.Decrement(ref running);
                    reservation.Settle(0);
                }
            }
        })));

        Assert.Equal(700, admitted);
        Assert.InRange(most, 1, 3);
        Assert.Equal(300, (await _store.ReserveAsync(key, default, null, default)).Requests!.Value.Remaining);
    }

    [Fact]
    public void KeyNames_PastTheBound_ShareATag()
    {
        for (var i = 0; i < LimitMetrics.MaxKeyNames; i++)
        {
            Assert.Equal($"key-{i}", Metrics.DecisionsOf(new LimitSubject($"key:key-{i}", $"key-{i}", new LimitOptions())).Key);
        }

        Assert.Equal("other", Metrics.DecisionsOf(new LimitSubject("key:late", "late", new LimitOptions())).Key);
        Assert.Equal("key-7", Metrics.DecisionsOf(new LimitSubject("key:key-7", "key-7", new LimitOptions())).Key);
    }

    private protected override Task<ILimitStore> CreateAsync() => Task.FromResult<ILimitStore>(_store = new EmbeddedLimitStore(_time, Metrics));

    private protected override Task CloseAsync() => Task.CompletedTask;

    private protected override Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
