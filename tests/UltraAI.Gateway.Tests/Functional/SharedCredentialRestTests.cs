using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A credential that rests does so on all instances that share a Redis (CONTRACT §3).</summary>
[Collection(nameof(RunsAlone))]
public sealed class SharedCredentialRestTests
{
    private const string Target = "/openai/v1/chat/completions";

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);

    // From the provider's answer over one instance and Redis to the other.
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(0.5);

    [Fact]
    public async Task LimitedCredential_RestsOnBothInstances_ServesOtherModels_AndComesBack()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var instances = await StartAsync(redis);
        var clock = Stopwatch.StartNew();
        var ofOne = new ConcurrentQueue<(TimeSpan At, string Model, bool Limited)>();
        var wasLimited = 0;
        instances.OpenAI.Handler = async exchange =>
        {
            var body = System.Text.Encoding.ASCII.GetString(await exchange.ReadBodyAsync());
            var model = body.Contains("busy", StringComparison.Ordinal) ? "busy" : "idle";
            if (PoolSetup.CredentialOf(exchange.Request) == "one")
            {
                // Only the first one is limited: whatever comes within three seconds of it should not have come.
                var limited = model == "busy" && Interlocked.Exchange(ref wasLimited, 1) == 0;
                ofOne.Enqueue((clock.Elapsed, model, limited));
                if (limited)
                {
                    await exchange.RespondAsync("429 Too Many Requests", "{}", "Retry-After: 3");
                    return;
                }
            }

            await exchange.RespondJsonAsync("{}");
        };

        var statuses = new ConcurrentQueue<int>();
        var sent = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(async () =>
        {
            await using var client = await instances.All[number % 2].ConnectAsync();

            // At least 1,000, and until well after the rest.
            while (Interlocked.Increment(ref sent) <= 1000 || clock.Elapsed < (2 * Rest) + Spread)
            {
                statuses.Enqueue((await client.ExchangeAsync(Request.Post(Target, $$"""{"model":"{{(number < 4 ? "busy" : "idle")}}","messages":[]}"""))).Status);
                await Task.Delay(1);
            }
        })));

        Assert.All(statuses, status => Assert.Equal(200, status));
        Assert.True(statuses.Count >= 1000, $"{statuses.Count} requests");
        var begin = ofOne.Single(request => request.Limited).At;
        Assert.DoesNotContain(ofOne, request => request.Model == "busy" && request.At > begin + Spread && request.At < begin + Rest);
        Assert.Contains(ofOne, request => request.Model == "idle" && request.At > begin + Spread && request.At < begin + Rest);
        Assert.Contains(ofOne, request => request.Model == "busy" && request.At >= begin + Rest);
    }

    [Fact]
    public async Task InstanceThatStartsLater_HearsOfIt()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var instances = await StartAsync(redis);
        instances.OpenAI.Handler = exchange => PoolSetup.CredentialOf(exchange.Request) == "one"
            ? exchange.RespondAsync("429 Too Many Requests", "{}", "Retry-After: 120")
            : exchange.RespondJsonAsync("{}");
        await SendAsync(instances.All[0], 10);
        await Eventually.TrueAsync(async () => (await redis.CommandAsync("ZCARD {ultraai}:rests")).Contains(":1", StringComparison.Ordinal), "Redis knows of the rest");

        await using var late = await GatewayEnvironment.StartAsync(c =>
        {
            Configure(c, redis);
            c["Providers"]!["openai"]!["BaseUrl"] = instances.OpenAI.BaseUrl;
        });
        var before = instances.OpenAI.Requests.Count;
        await Eventually.TrueAsync(() => late.CredentialStates().Any(state => state is ("one", "resting")), "the late one knows of the rest");
        await SendAsync(late, 20);

        Assert.DoesNotContain(instances.OpenAI.Requests.Skip(before), request => PoolSetup.CredentialOf(request) == "one");
    }

    [Fact]
    public async Task RestOfBeforeTheClockWasSetBack_IsForgotten()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var instances = await StartAsync(redis);
        instances.OpenAI.Handler = exchange => exchange.RespondAsync("429 Too Many Requests", "{}", "Retry-After: 120");
        await using (var client = await instances.All[0].ConnectAsync())
        {
            await client.ExchangeAsync(Request.Post(Target, """{"model":"busy","messages":[]}"""));
        }

        // By an hour, for the first of the two.
        await Eventually.TrueAsync(async () => (await redis.CommandAsync("ZCARD {ultraai}:rests")).Contains(":2", StringComparison.Ordinal), "Redis knows of both rests");
        await redis.CommandAsync(
            """EVAL "for _, whose in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do if string.find(whose, '/one/') then redis.call('ZINCRBY', KEYS[1], 3600000, whose) end end" 1 {ultraai}:rests""");
        await using var late = await GatewayEnvironment.StartAsync(c => Configure(c, redis));

        await Eventually.TrueAsync(() => late.CredentialStates().Any(state => state is ("two", "resting")), "the late one knows of the other rest");
        Assert.Contains(("one", "ready"), late.CredentialStates());
    }

    [Fact]
    public async Task WithoutRedis_EachInstanceLearnsByItself()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var instances = await StartAsync(redis);
        instances.OpenAI.Handler = exchange => PoolSetup.CredentialOf(exchange.Request) == "one"
            ? exchange.RespondAsync("429 Too Many Requests", "{}", "Retry-After: 120")
            : exchange.RespondJsonAsync("{}");
        redis.Kill();

        await SendAsync(instances.All[0], 20);
        await SendAsync(instances.All[1], 20);

        Assert.Equal(2, instances.OpenAI.Requests.Count(request => PoolSetup.CredentialOf(request) == "one"));
    }

    private static Task<Instances> StartAsync(RedisServer redis) => Instances.StartAsync(2, c => Configure(c, redis), credentials: ["one", "two"]);

    private static void Configure(JsonObject configuration, RedisServer redis)
    {
        configuration.WithCredentials("one", "two");
        configuration["Store"] = new JsonObject { ["Kind"] = "Redis", ["Redis"] = redis.ConnectionString };
    }

    private static async Task SendAsync(GatewayEnvironment gateway, int count)
    {
        await using var client = await gateway.ConnectAsync();
        for (var i = 0; i < count; i++)
        {
            (await client.ExchangeAsync(Request.Post(Target, """{"model":"busy","messages":[]}"""))).AssertPassed();
        }
    }
}
