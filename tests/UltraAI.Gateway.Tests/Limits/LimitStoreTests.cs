using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

/// <summary>What every store of limits does (CONTRACT §6).</summary>
public abstract class LimitStoreTests : IAsyncLifetime
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private ILimitStore _store = null!;

    private protected LimitMetrics Metrics { get; private set; } = null!;

    private protected GatewayMeasurements Measurements { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var meters = _services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        Measurements = new GatewayMeasurements(meters);
        Metrics = new LimitMetrics(meters);
        _store = await CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Measurements.Dispose();
        await _services.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Requests_UpToTheBurst_AreAdmitted()
    {
        var key = Key(new LimitOptions { RequestsPerMinute = 6, RequestBurst = 4 });

        for (var left = 3; left >= 0; left--)
        {
            var decision = await TakeAsync(key, requests: 1);
            Assert.NotNull(decision.Reservation);
            Assert.Equal(4, decision.Requests!.Value.Limit);
            Assert.Equal(left, decision.Requests!.Value.Remaining);
            Assert.Null(decision.Tokens);
        }

        var refused = await TakeAsync(key, requests: 1);
        Assert.Null(refused.Reservation);
        Assert.Equal(ErrorCode.RateLimited, refused.Refusal!.Code);
        Assert.Contains("Limits:RequestsPerMinute of virtual key 'team'", refused.Refusal.Message, StringComparison.Ordinal);
        Assert.InRange(refused.Refusal.RetryAfter!.Value.TotalSeconds, 8, 10);
        Assert.InRange(refused.Requests!.Value.Reset.TotalSeconds, 38, 40);
    }

    [Fact]
    public async Task Burst_LeftOut_EqualsThePerMinuteValue()
    {
        var key = Key(new LimitOptions { RequestsPerMinute = 7, TokensPerMinute = 900 });

        var decision = await TakeAsync(key, requests: 1, tokens: 100);

        Assert.Equal(7, decision.Requests!.Value.Limit);
        Assert.Equal(900, decision.Tokens!.Value.Limit);
        Assert.Equal(800, decision.Tokens!.Value.Remaining);
    }

    [Fact]
    public async Task LargestLimits_DontOverflow()
    {
        var key = Key(new LimitOptions { TokensPerMinute = LimitRules.MostPerMinute, TokenBurst = LimitRules.MostPerMinute });

        var first = await TakeAsync(key, tokens: LimitRules.MostPerMinute);
        Assert.NotNull(first.Reservation);
        Assert.Equal(LimitRules.MostPerMinute, first.Tokens!.Value.Limit);

        // The debt of a second full bucket; half of it is the most that is kept.
        first.Reservation.Settle(2 * LimitRules.MostPerMinute);
        var refused = await UntilAsync(() => TakeAsync(key, tokens: LimitRules.MostPerMinute), decision => decision.Refusal?.RetryAfter > TimeSpan.FromSeconds(70));
        Assert.InRange(refused.Refusal!.RetryAfter!.Value.TotalSeconds, 70, 121);
    }

    [Fact]
    public async Task RetryAfter_WhenItHasPassed_TheRequestIsAdmitted()
    {
        var key = Key(new LimitOptions { RequestsPerMinute = 30, RequestBurst = 2 });
        await TakeAsync(key, requests: 2);
        var refused = await TakeAsync(key, requests: 1);

        // Clients are told whole seconds, rounded up.
        await PassAsync(TimeSpan.FromSeconds(Math.Ceiling(refused.Refusal!.RetryAfter!.Value.TotalSeconds)));

        Assert.NotNull((await TakeAsync(key, requests: 1)).Reservation);
        Assert.Null((await TakeAsync(key, requests: 1)).Reservation);
    }

    [Fact]
    public async Task RetryAfter_OfTheWholeBucket_IsTrueToo()
    {
        var key = Key(new LimitOptions { TokensPerMinute = 60_000, TokenBurst = 500 });
        await TakeAsync(key, tokens: 100);
        var refused = await TakeAsync(key, tokens: 10_000);
        Assert.Equal(ErrorCode.RateLimited, refused.Refusal!.Code);

        await PassAsync(TimeSpan.FromSeconds(Math.Ceiling(refused.Refusal!.RetryAfter!.Value.TotalSeconds)));

        var admitted = await TakeAsync(key, tokens: 10_000);
        Assert.NotNull(admitted.Reservation);
        Assert.Equal(0, admitted.Tokens!.Value.Remaining);
    }

    [Fact]
    public async Task Tokens_LargerThanTheBurst_TakeTheWholeBucket()
    {
        var key = Key(new LimitOptions { TokensPerMinute = 60, TokenBurst = 1000 });

        Assert.NotNull((await TakeAsync(key, tokens: 50_000)).Reservation);
        var refused = await TakeAsync(key, tokens: 1);

        Assert.Equal(ErrorCode.RateLimited, refused.Refusal!.Code);
        Assert.Contains("Limits:TokensPerMinute", refused.Refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settlement_BelowTheReservation_IsGivenBack()
    {
        var key = Key(new LimitOptions { TokensPerMinute = 60, TokenBurst = 1000 });
        var first = await TakeAsync(key, tokens: 900);
        Assert.Null((await TakeAsync(key, tokens: 800)).Reservation);

        first.Reservation!.Settle(100);
        first.Reservation!.Settle(0);

        var second = await EventuallyAsync(() => TakeAsync(key, tokens: 800));
        Assert.InRange(second.Tokens!.Value.Remaining, 100, 105);
    }

    [Fact]
    public async Task Settlement_AboveTheReservation_IsDebtThatDelaysLaterCalls()
    {
        var key = Key(new LimitOptions { TokensPerMinute = 6000, TokenBurst = 1000 });
        var first = await TakeAsync(key, tokens: 1000);

        first.Reservation!.Settle(1200);

        var refused = await UntilAsync(() => TakeAsync(key, tokens: 100), decision => decision.Refusal?.RetryAfter > TimeSpan.FromSeconds(1.5));
        Assert.InRange(refused.Refusal!.RetryAfter!.Value.TotalSeconds, 1.5, 3);
        Assert.Equal(0, refused.Tokens!.Value.Remaining);
    }

    [Fact]
    public async Task Settlement_NeverFillsAboveTheBurst()
    {
        var key = Key(new LimitOptions { TokensPerMinute = 60_000, TokenBurst = 1000 });
        var first = await TakeAsync(key, tokens: 1000);
        await PassAsync(TimeSpan.FromMilliseconds(1100));

        first.Reservation!.Settle(0);

        await PassAsync(TimeSpan.FromMilliseconds(100));
        var whole = await EventuallyAsync(() => TakeAsync(key, tokens: 1000));
        Assert.InRange(whole.Tokens!.Value.Remaining, 0, 100);
    }

    [Fact]
    public async Task Concurrency_AtTheLimit_IsRefusedUntilACallEnds()
    {
        var key = Key(new LimitOptions { MaxConcurrent = 2 });
        var first = await TakeAsync(key, concurrent: 1);
        await TakeAsync(key, concurrent: 1);

        var refused = await TakeAsync(key, concurrent: 1);
        Assert.Equal(ErrorCode.ConcurrencyLimited, refused.Refusal!.Code);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Refusal.RetryAfter);
        Assert.Contains("Limits:MaxConcurrent of virtual key 'team'", refused.Refusal.Message, StringComparison.Ordinal);

        first.Reservation!.Settle(0);
        first.Reservation!.Settle(0);
        await EventuallyAsync(() => TakeAsync(key, concurrent: 1));
        Assert.Null((await TakeAsync(key, concurrent: 1)).Reservation);
    }

    [Fact]
    public async Task Refusal_ByTheProvider_TakesNothingOfTheKey()
    {
        var key = Key(new LimitOptions { RequestsPerMinute = 6, RequestBurst = 2, TokensPerMinute = 60, TokenBurst = 100, MaxConcurrent = 1 });
        var provider = Provider(new LimitOptions { RequestsPerMinute = 6, RequestBurst = 1 });
        var demand = new LimitDemand(1, 50, 1);
        await _store.ReserveAsync(null, default, provider, demand);

        var refused = await _store.ReserveAsync(key, demand, provider, demand);

        Assert.Equal(ErrorCode.RateLimited, refused.Refusal!.Code);
        Assert.Contains("of provider 'openai'", refused.Refusal.Message, StringComparison.Ordinal);
        var alone = await _store.ReserveAsync(key, demand, null, default);
        Assert.Equal(1, alone.Requests!.Value.Remaining);
        Assert.Equal(50, alone.Tokens!.Value.Remaining);
    }

    [Fact]
    public async Task Refusal_ByTheKey_TakesNothingOfTheProvider()
    {
        var key = Key(new LimitOptions { MaxConcurrent = 1 });
        var provider = Provider(new LimitOptions { RequestsPerMinute = 6, RequestBurst = 2, MaxConcurrent = 2 });
        var demand = new LimitDemand(1, 0, 1);
        Assert.NotNull((await _store.ReserveAsync(key, demand, provider, demand)).Reservation);

        Assert.Equal(ErrorCode.ConcurrencyLimited, (await _store.ReserveAsync(key, demand, provider, demand)).Refusal!.Code);

        Assert.NotNull((await _store.ReserveAsync(null, default, provider, demand)).Reservation);
    }

    [Fact]
    public async Task Options_ChangedByAReload_ApplyAtOnceAndKeepTheLevel()
    {
        var key = Key(new LimitOptions { RequestsPerMinute = 6, RequestBurst = 5, MaxConcurrent = 1 });
        await TakeAsync(key, requests: 4, concurrent: 1);

        key.Options = new LimitOptions { RequestsPerMinute = 6, RequestBurst = 50, MaxConcurrent = 2 };
        var decision = await TakeAsync(key, requests: 1, concurrent: 1);
        Assert.Equal(50, decision.Requests!.Value.Limit);
        Assert.Equal(0, decision.Requests!.Value.Remaining);
        Assert.Null((await TakeAsync(key, requests: 1)).Reservation);

        key.Options = new LimitOptions { MaxConcurrent = 3 };
        Assert.NotNull((await TakeAsync(key, requests: 1, concurrent: 1)).Reservation);
        Assert.Null((await TakeAsync(key, requests: 1, concurrent: 1)).Reservation);
    }

    [Fact]
    public async Task Extension_TakesMoreAndIsSettledWithTheRest()
    {
        var key = Key(new LimitOptions { RequestsPerMinute = 6, RequestBurst = 3, TokensPerMinute = 60, TokenBurst = 1000, MaxConcurrent = 1 });
        var run = (await TakeAsync(key, requests: 1, tokens: 300, concurrent: 1)).Reservation!;

        Assert.Null(await run.ExtendAsync(new LimitDemand(1, 300, 0)));
        Assert.Equal(ErrorCode.RateLimited, (await run.ExtendAsync(new LimitDemand(1, 500, 0)))!.Code);
        run.Settle(100);

        var next = await EventuallyAsync(() => TakeAsync(key, requests: 1, tokens: 850, concurrent: 1));
        Assert.InRange(next.Tokens!.Value.Remaining, 50, 55);
        Assert.Equal(0, next.Requests!.Value.Remaining);
        Assert.NotNull(await run.ExtendAsync(new LimitDemand(0, 1, 0)));
    }

    [Fact]
    public async Task Nothing_Limited_IsAdmitted()
    {
        var decision = await _store.ReserveAsync(null, default, null, default);
        decision.Reservation!.Settle(5);
        var key = Key(new LimitOptions());

        for (var i = 0; i < 100; i++)
        {
            Assert.NotNull((await TakeAsync(key, requests: 1, tokens: 1000, concurrent: 1)).Reservation);
        }
    }

    [Fact]
    public async Task Decisions_AreCountedByKeyAndLimit()
    {
        var key = Key(new LimitOptions { RequestsPerMinute = 6, RequestBurst = 2, MaxConcurrent = 5 });
        var provider = Provider(new LimitOptions { TokensPerMinute = 60, TokenBurst = 100 });
        var demand = new LimitDemand(1, 60, 1);

        await _store.ReserveAsync(key, demand, provider, demand);
        await _store.ReserveAsync(key, demand, provider, demand);

        Assert.Equal(1, Decisions("requests", "admitted"));
        Assert.Equal(1, Decisions("concurrency", "admitted"));
        Assert.Equal(1, Decisions("provider_tokens", "admitted"));
        Assert.Equal(1, Decisions("provider_tokens", "refused"));
        Assert.Equal(4, Measurements.Sum("ultraai.ratelimit.decisions", "key=team"));
        Assert.Equal(1, Measurements.Sum("ultraai.store.available"));
    }

    private protected abstract Task<ILimitStore> CreateAsync();

    private protected abstract Task CloseAsync();

    /// <summary>Lets time pass.</summary>
    private protected abstract Task PassAsync(TimeSpan time);

    private static LimitSubject Key(LimitOptions options) => new("key:team", "team", options);

    private static LimitSubject Provider(LimitOptions options) => new("provider:openai", "openai", options);

    private double Decisions(string limit, string decision) =>
        Measurements.Sum("ultraai.ratelimit.decisions", "key=team", $"limit={limit}", $"decision={decision}");

    private ValueTask<LimitDecision> TakeAsync(LimitSubject key, long requests = 0, long tokens = 0, int concurrent = 0) =>
        _store.ReserveAsync(key, new LimitDemand(requests, tokens, concurrent), null, default);

    // Settlement goes behind the response.
    private static Task<LimitDecision> EventuallyAsync(Func<ValueTask<LimitDecision>> take) => UntilAsync(take, decision => decision.Reservation is not null);

    private static Task<LimitDecision> UntilAsync(Func<ValueTask<LimitDecision>> take, Func<LimitDecision, bool> condition) =>
        Eventually.ValueAsync(() => take().AsTask(), condition, "the decision comes");
}
