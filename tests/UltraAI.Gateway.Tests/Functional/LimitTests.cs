using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Limits of a virtual key and of a provider, as a client sees them (CONTRACT §4, §6).</summary>
public sealed class LimitTests
{
    private const string Chat = """{"model":"gpt-4o","messages":[],"max_tokens":100}""";

    [Fact]
    public async Task Requests_OverTheBurst_AreRefusedWithATrueRetryAfter()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => LimitKey(c, new() { ["RequestsPerMinute"] = 60, ["RequestBurst"] = 3 }));

        for (var i = 0; i < 3; i++)
        {
            (await gateway.PostAsync("/openai/v1/chat/completions", Chat)).AssertPassed();
        }

        var refused = await gateway.PostAsync("/openai/v1/chat/completions", Chat);

        refused.AssertError(429, "rate_limited");
        Assert.Equal("1", refused["Retry-After"]);
        Assert.Equal("3", refused["x-ultraai-ratelimit-limit-requests"]);
        Assert.Equal("0", refused["x-ultraai-ratelimit-remaining-requests"]);
        Assert.Equal(3, gateway.OpenAI.Requests.Count);
        await Eventually.PassedAsync(TimeSpan.FromSeconds(1));
        (await gateway.PostAsync("/openai/v1/chat/completions", Chat)).AssertPassed();
    }

    [Theory]
    [InlineData("openai", "/openai/v1/chat/completions")]
    [InlineData("openai", "/openai/v1/never-heard-of")]
    [InlineData("anthropic", "/anthropic/v1/messages")]
    [InlineData("google", "/google/v1beta/models/gemini:generateContent")]
    [InlineData("huggingface", "/huggingface/v1/chat/completions")]
    public async Task Refusal_HasTheShapeOfItsProvider(string provider, string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => LimitKey(c, new() { ["RequestsPerMinute"] = 1 }));
        (await gateway.PostAsync(target, Chat)).AssertPassed();

        var refused = await gateway.PostAsync(target, Chat);

        refused.AssertError(429, "rate_limited");
        ErrorShape.Assert(provider, refused);
        Assert.InRange(int.Parse(refused["Retry-After"]!, CultureInfo.InvariantCulture), 55, 60);
    }

    [Fact]
    public async Task Fields_TellWhatIsLeft()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => LimitKey(c, new()
        {
            ["RequestsPerMinute"] = 60,
            ["TokensPerMinute"] = 6000,
            ["TokenBurst"] = 10000,
        }));

        var response = await gateway.PostAsync("/openai/v1/chat/completions", Chat);

        Assert.Equal("60", response["x-ultraai-ratelimit-limit-requests"]);
        Assert.Equal("59", response["x-ultraai-ratelimit-remaining-requests"]);
        Assert.Equal("1", response["x-ultraai-ratelimit-reset-requests"]);
        Assert.Equal("10000", response["x-ultraai-ratelimit-limit-tokens"]);
        Assert.InRange(int.Parse(response["x-ultraai-ratelimit-remaining-tokens"]!, CultureInfo.InvariantCulture), 9800, 9900);
    }

    [Fact]
    public async Task Tokens_AreSettledWithWhatWasUsed()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => LimitKey(c, new() { ["TokensPerMinute"] = 60, ["TokenBurst"] = 1000 }));
        gateway.OpenAI.Handler = exchange => exchange.RespondJsonAsync("""{"usage":{"prompt_tokens":10,"completion_tokens":890}}""");

        (await gateway.PostAsync("/openai/v1/chat/completions", Chat)).AssertPassed();
        var refused = await gateway.PostAsync("/openai/v1/chat/completions", """{"model":"gpt-4o","messages":[],"max_tokens":500}""");

        refused.AssertError(429, "rate_limited");
        Assert.InRange(int.Parse(refused["x-ultraai-ratelimit-remaining-tokens"]!, CultureInfo.InvariantCulture), 100, 102);
    }

    [Theory]
    [InlineData("""{"id":"resp_1","status":"queued","output":[],"usage":null}""")]
    [InlineData("""{"id":"resp_1","status":"queued","output":[],"usage":{"input_tokens":0,"output_tokens":0}}""")]
    public async Task Tokens_OfAResponseThatIsMadeLater_AreTakenAsReserved(string answer)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => LimitKey(c, new() { ["TokensPerMinute"] = 60, ["TokenBurst"] = 1000 }));
        gateway.OpenAI.Handler = exchange => exchange.RespondJsonAsync(answer);
        const string Later = """{"model":"gpt-4o","input":"hi","max_output_tokens":600,"background":true}""";

        (await gateway.PostAsync("/openai/v1/responses", Later)).AssertPassed();

        (await gateway.PostAsync("/openai/v1/responses", Later)).AssertError(429, "rate_limited");
    }

    [Fact]
    public async Task Concurrency_IsFreeAgainWhenACallEnds()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => LimitKey(c, new() { ["MaxConcurrent"] = 1 }));
        var answer = new TaskCompletionSource();
        gateway.OpenAI.Handler = async exchange =>
        {
            await answer.Task;
            await exchange.RespondJsonAsync(RawUpstream.DefaultBody);
        };

        var first = gateway.PostAsync("/openai/v1/chat/completions", Chat);
        await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 1, "the first call is running");
        var second = await gateway.PostAsync("/openai/v1/chat/completions", Chat);
        answer.SetResult();

        second.AssertError(429, "concurrency_limited");
        Assert.Equal("1", second["Retry-After"]);
        (await first).AssertPassed();
        (await gateway.PostAsync("/openai/v1/chat/completions", Chat)).AssertPassed();
    }

    [Fact]
    public async Task Concurrency_IsFreeAgainAfterAnAbort()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => LimitKey(c, new() { ["MaxConcurrent"] = 1 }));
        gateway.OpenAI.Handler = exchange => exchange.PeerClosed;
        await using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync(Request.Post("/openai/v1/chat/completions", Chat));
            await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 1, "the call is running");
        }

        gateway.OpenAI.Handler = exchange => exchange.RespondJsonAsync(RawUpstream.DefaultBody);
        await Eventually.TrueAsync(
            async () => (await gateway.PostAsync("/openai/v1/chat/completions", Chat)).Status == 200, "the place of the aborted call is free");
    }

    [Fact]
    public async Task ProviderLimit_HoldsOverAllKeys()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
        {
            c["Limits"] = new JsonObject { ["openai"] = new JsonObject { ["RequestsPerMinute"] = 2 } };
            c["VirtualKeys"]!.AsArray().Add(new JsonObject { ["Name"] = "other", ["Value"] = "another-virtual-key-0123456789" });
        });
        string[] other = ["Authorization: Bearer another-virtual-key-0123456789"];

        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        (await gateway.SendAsync(Request.Send("GET", "/openai/v1/models", other))).AssertPassed();
        (await gateway.SendAsync(Request.Send("GET", "/openai/v1/models", other))).AssertError(429, "rate_limited");
        (await gateway.GetAsync("/anthropic/v1/models")).AssertPassed();
    }

    [Fact]
    public async Task RefusedByTheProvidersLimit_TakesNothingFromTheKey()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
        {
            c["Limits"] = new JsonObject { ["openai"] = new JsonObject { ["RequestsPerMinute"] = 1 } };
            LimitKey(c, new() { ["RequestsPerMinute"] = 10 });
        });

        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        (await gateway.GetAsync("/openai/v1/models")).AssertError(429, "rate_limited");
        var response = await gateway.GetAsync("/anthropic/v1/models");

        Assert.Equal("8", response["x-ultraai-ratelimit-remaining-requests"]);
    }

    private static void LimitKey(JsonObject configuration, JsonObject limits) => configuration["VirtualKeys"]![0]!["Limits"] = limits;
}
