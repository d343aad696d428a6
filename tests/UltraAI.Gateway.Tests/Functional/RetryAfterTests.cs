using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary><c>Retry-After</c> of request and token limits is true for a key without other traffic: not a second too short or too long (CONTRACT §4).</summary>
[Collection(nameof(RunsAlone))]
public sealed class RetryAfterTests
{
    // The way to the gateway and back, on a busy machine.
    private static readonly TimeSpan Way = TimeSpan.FromMilliseconds(300);

    // Twelve tokens of input, and MaxOutput of output.
    private const string Body = """{"model":"m","messages":[],"max_tokens":20     }""";
    private const int MaxOutput = 20;
    private const int LargerThanBurst = 25;

    private static readonly Case[] Cases =
    [
        new("requests-60", new() { ["RequestsPerMinute"] = 60, ["RequestBurst"] = 2 }),
        new("requests-40", new() { ["RequestsPerMinute"] = 40, ["RequestBurst"] = 1 }),
        new("requests-17", new() { ["RequestsPerMinute"] = 17, ["RequestBurst"] = 3 }),
        new("requests-600", new() { ["RequestsPerMinute"] = 600, ["RequestBurst"] = 1 }),
        new("tokens-1000", new() { ["TokensPerMinute"] = 1000, ["TokenBurst"] = 60 }),
        new("tokens-700", new() { ["TokensPerMinute"] = 700, ["TokenBurst"] = 50 }),
        new("tokens-larger-than-burst", new() { ["TokensPerMinute"] = 600, ["TokenBurst"] = LargerThanBurst }), // takes all of it
        new("both", new() { ["RequestsPerMinute"] = 30, ["RequestBurst"] = 1, ["TokensPerMinute"] = 6000, ["TokenBurst"] = 60 }),
    ];

    [Fact]
    public async Task RetryAfter_IsTheSmallestNumberOfSecondsAfterWhichItIsAdmitted()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(AddKeys);

        gateway.OpenAI.Handler = AnswerAsync;

        await Task.WhenAll(Cases.Select(one => AssertTrueAsync(gateway, one.Name)));
    }

    [Fact]
    public async Task RetryAfter_OfRedis_IsTheSmallestNumberOfSecondsAfterWhichItIsAdmitted()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var gateway = await GatewayEnvironment.StartAsync(configuration =>
        {
            configuration["Store"] = new JsonObject { ["Kind"] = "Redis", ["Redis"] = redis.ConnectionString, ["OnFailure"] = "Deny" };
            AddKeys(configuration);
        });

        gateway.OpenAI.Handler = AnswerAsync;

        await Task.WhenAll(Cases.Select(one => AssertTrueAsync(gateway, one.Name)));
    }

    // A shot a second too early is refused, and takes nothing; one in time is admitted.
    private static async Task AssertTrueAsync(GatewayEnvironment gateway, string key)
    {
        await using var client = await gateway.ConnectAsync();
        var (asked, refused) = await UseUpAsync(client, key);
        var answered = Stopwatch.GetTimestamp();
        var seconds = int.Parse(refused["Retry-After"]!, CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 1, 8);

        if (seconds > 1)
        {
            await UntilAsync(answered, TimeSpan.FromSeconds(seconds - 1) - Way);
            var early = await SendAsync(client, key);
            Assert.True(early.Status == 429 || Stopwatch.GetElapsedTime(asked) > TimeSpan.FromSeconds(seconds - 1), $"{key}: admitted before {seconds - 1} s had passed, told to wait {seconds} s");
        }

        await UntilAsync(answered, TimeSpan.FromSeconds(seconds));
        var next = await SendAsync(client, key);
        Assert.True(next.Status == 200, $"{key}: refused {Stopwatch.GetElapsedTime(answered)} after being told to wait {seconds} s\n{next.Everything}");
    }

    private static async Task<(long Asked, RawResponse Refused)> UseUpAsync(RawClient client, string key)
    {
        while (true)
        {
            var asked = Stopwatch.GetTimestamp();
            var response = await SendAsync(client, key);
            if (response.Status != 200)
            {
                response.AssertError(429, "rate_limited");
                return (asked, response);
            }
        }
    }

    private static async Task UntilAsync(long start, TimeSpan time)
    {
        // A timer may come a little early.
        while (Stopwatch.GetElapsedTime(start) is var elapsed && elapsed < time)
        {
            await Task.Delay(time - elapsed + TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
        }
    }

    private static Task<RawResponse> SendAsync(RawClient client, string key) => client.ExchangeAsync(
        Request.Send("POST", "/openai/v1/chat/completions", [$"Authorization: Bearer {Secret(key)}", "Content-Type: application/json", key.Contains("larger", StringComparison.Ordinal) ? "X-Larger: 1" : "X-Usual: 1"], Body));

    // As many tokens as were reserved, so that nothing is settled after the response.
    private static Task AnswerAsync(RawExchange exchange)
    {
        var output = exchange.Request["X-Larger"] is null ? MaxOutput : LargerThanBurst - (Body.Length / 4);
        return exchange.RespondJsonAsync($$$"""{"usage":{"prompt_tokens":{{{Body.Length / 4}}},"completion_tokens":{{{output}}}}}""");
    }

    private static string Secret(string key) => $"virtual-key-0123456789-{key}";

    private static void AddKeys(JsonObject configuration)
    {
        foreach (var one in Cases)
        {
            configuration["VirtualKeys"]!.AsArray().Add(new JsonObject { ["Name"] = one.Name, ["Value"] = Secret(one.Name), ["Limits"] = one.Limits.DeepClone() });
        }
    }

    private sealed record Case(string Name, JsonObject Limits);
}
