using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>The budget of a virtual key: reserved and spent never exceed it (CONTRACT §4, §6).</summary>
public sealed class BudgetTests
{
    // A token of output costs 0.001 USD, one of input nothing: a call of at most 10 tokens costs at most 0.01 USD.
    private const string Chat = """{"model":"gpt-4o","messages":[],"max_tokens":10}""";

    private int _tokens;

    [Fact]
    public async Task RacingCalls_NeverSpendMoreThanTheBudget()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(Budget);
        var spent = CountTokens(gateway.OpenAI);

        // Two hundred that race for one budget: half of them would reserve all of it. Then few at a time, until it is used up.
        var racing = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => gateway.PostAsync("/openai/v1/chat/completions", Chat)));
        var further = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            RawResponse response;
            do
            {
                response = await gateway.PostAsync("/openai/v1/chat/completions", Chat);
            }
            while (response.Status == 200);

            return response;
        }));

        Assert.All(racing, response => Assert.True(response.Status is 200 or 402, response.Everything));
        Assert.All(further, response => response.AssertError(402, "budget_exhausted"));
        Assert.InRange(spent.Tokens, 960, 1000);
    }

    [Fact]
    public async Task Refusal_NamesTheTimeOfTheReset_AndIsNotRepeated()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
        {
            Budget(c);
            c["VirtualKeys"]![0]!["Budget"] = new JsonObject { ["Usd"] = 0.005m, ["Period"] = "Day" };
        });

        var refused = await gateway.PostAsync("/openai/v1/chat/completions", Chat);

        refused.AssertError(402, "budget_exhausted");
        ErrorShape.Assert("openai", refused);
        Assert.Equal("false", refused["x-should-retry"]);
        Assert.Contains(DateTimeOffset.UtcNow.UtcDateTime.Date.AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), refused.BodyText, StringComparison.Ordinal);
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Theory]
    [InlineData("/openai/v1/chat/completions", """{"model":"gpt-unpriced"}""", "model_not_allowed")]
    [InlineData("/openai/v1/chat/completions", """{"messages":[]}""", "model_not_allowed")]
    [InlineData("/openai/v1/never-heard-of", """{"model":"gpt-4o"}""", "endpoint_not_allowed")]
    [InlineData("/openai/v1/batches", """{"input_file_id":"f","endpoint":"/v1/chat/completions"}""", "model_not_allowed")]
    [InlineData("/openai/v1/audio/speech", """{"model":"gpt-4o","input":"hi"}""", "endpoint_not_allowed")]
    [InlineData("/openai/v1/responses", """{"model":"gpt-4o","input":"hi","max_output_tokens":10,"background":true}""", "endpoint_not_allowed")]
    [InlineData("/openai/v1/responses", """{"background":1,"model":"gpt-4o-request","input":"hi","max_output_tokens":10,"stream":true}""", "endpoint_not_allowed")]
    [InlineData("/openai/v1/chat/completions", """{"model":"gpt-4o","max_tokens":10,"models":["gpt-image"]}""", "model_not_allowed")]
    [InlineData("/openai/v1/chat/completions", """{"model":"gpt-4o","max_tokens":10,"tools":[{"type":"image_generation"}],"models":["gpt-image"]}""", "model_not_allowed")]
    [InlineData("/openai/v1/responses", """{"model":"gpt-4o","max_output_tokens":10,"prompt":{"id":"pmpt_1"}}""", "model_not_allowed")]
    [InlineData("/openai/v1/responses", """{"model":"gpt-4o","max_output_tokens":10,"tools":[{"type":"image_generation","model":"gpt-unpriced"}]}""", "model_not_allowed")]
    [InlineData("/anthropic/v1/messages/batches", """{"requests":[{"custom_id":"a","params":{"model":"claude-request","max_tokens":9}}]}""", "endpoint_not_allowed")]
    public async Task WhatCanNotBePriced_IsRefused(string target, string body, string code)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(Budget);

        (await gateway.PostAsync(target, body)).AssertError(403, code);

        Assert.Empty(gateway.OpenAI.Requests);
        Assert.Empty(gateway.Anthropic.Requests);
    }

    [Theory]
    [InlineData("/openai/v1/responses", """{"model":"gpt-4o","input":"hi","max_output_tokens":10,"background":false}""")]
    [InlineData("/openai/v1/responses", """{"model":"gpt-4o","max_output_tokens":10,"tools":[{"type":"image_generation"}]}""")]
    [InlineData("/openai/v1/responses", """{"model":"gpt-4o","max_output_tokens":10,"tools":[{"type":"image_generation","model":"gpt-image"}]}""")]
    [InlineData("/huggingface/hf-inference/models/owner/m/v1/chat/completions", """{"model":"tgi","max_tokens":10}""")]
    [InlineData("/openai/v1/images/generations", """{"model":"gpt-image","prompt":"a cat","background":"transparent"}""")]
    public async Task WhatCanBePriced_IsAdmitted(string target, string body)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(Budget);

        (await gateway.PostAsync(target, body)).AssertPassed();
    }

    [Fact]
    public async Task SeveralModelsInOneRequest_AreReservedAndChargedAtTheDearest()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(Budget);
        gateway.OpenAI.Handler = exchange => exchange.RespondJsonAsync("""{"output":[],"usage":{"input_tokens":7,"output_tokens":60}}""");
        const string Both = """{"model":"gpt-image","max_output_tokens":90,"tools":[{"type":"image_generation","model":"gpt-4o"}]}""";

        (await gateway.PostAsync("/openai/v1/responses", Both)).AssertPassed();

        // Of one dollar 0.06 are spent: 0.95 is too much for what is left, which at the cheap model's price would be nearly all.
        (await gateway.PostAsync("/openai/v1/responses", Both.Replace("90", "950", StringComparison.Ordinal))).AssertError(402, "budget_exhausted");
    }

    [Fact]
    public async Task WebSocket_NeedsToBeAllowed()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(Budget);

        var response = await gateway.SendAsync(Request.Get(
            "/openai/v1/realtime?model=gpt-4o", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));

        response.AssertError(403, "endpoint_not_allowed");
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Fact]
    public async Task KilledInTheMiddle_StillNeverSpendsMoreThanTheBudget()
    {
        using var folder = new TemporaryFolder();
        await using var upstream = new RawUpstream();
        var spent = CountTokens(upstream);
        var file = folder.Write("gateway.json", Configuration(upstream, folder.PathOf("gateway.db")));

        for (var round = 0; round < 3; round++)
        {
            await using var process = GatewayProcess.Start(["--config", file, "--urls", "http://127.0.0.1:0"]);
            var port = int.Parse((await process.WaitForAsync(@"Now listening on: http://127\.0\.0\.1:(\d+)")).Groups[1].Value, CultureInfo.InvariantCulture);
            var before = spent.Tokens;
            var clients = Enumerable.Range(0, 8).Select(_ => CallUntilRefusedAsync(port)).ToArray();

            // Disposing is SIGKILL. Two rounds are killed in the middle, the last one runs until the budget is used up.
            await (round < 2 ? Eventually.TrueAsync(() => spent.Tokens >= before + 100, "some of it is spent") : Task.WhenAll(clients));
        }

        // What was granted and reserved when it was killed is lost, at most nine calls of ten tokens each time.
        Assert.InRange(spent.Tokens, 750, 1000);
    }

    private static async Task CallUntilRefusedAsync(int port)
    {
        try
        {
            await using var client = await RawClient.ConnectAsync(port);
            while ((await client.ExchangeAsync(Request.Post("/openai/v1/chat/completions", Chat))).Status == 200)
            {
                // The next one.
            }
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or BrokenTransferException)
        {
            // The gateway was killed.
        }
    }

    private TokenCount CountTokens(RawUpstream upstream)
    {
        var count = new TokenCount();
        upstream.Handler = exchange =>
        {
            var tokens = 1 + (Interlocked.Increment(ref _tokens) % 10);
            count.Add(tokens);
            return exchange.RespondJsonAsync($$$"""{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":{{{tokens}}}}}""");
        };
        return count;
    }

    private static void Budget(JsonObject configuration)
    {
        configuration["VirtualKeys"]![0]!["Budget"] = new JsonObject { ["Usd"] = 1, ["Period"] = "Total" };
        configuration["Prices"] = new JsonArray(
            new JsonObject { ["Model"] = "openai/gpt-4o*", ["Input"] = 0, ["Output"] = 1000 },
            new JsonObject { ["Model"] = "openai/gpt-image", ["Input"] = 0, ["Output"] = 10 },
            new JsonObject { ["Model"] = "openai/gpt-4o-request", ["Input"] = 0, ["Output"] = 1000, ["PerRequest"] = 0.001m },
            new JsonObject { ["Model"] = "huggingface/owner/m", ["Input"] = 0, ["Output"] = 10 },
            new JsonObject { ["Model"] = "anthropic/claude-request", ["Input"] = 0, ["PerRequest"] = 0.001m });
    }

    private static string Configuration(RawUpstream upstream, string database)
    {
        var gateway = new JsonObject
        {
            ["Providers"] = new JsonObject { ["openai"] = GatewayEnvironment.Provider("OpenAI", "openai", upstream) },
            ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "test", ["Value"] = GatewayEnvironment.VirtualKey }),
            ["Store"] = new JsonObject { ["Path"] = database },
        };
        Budget(gateway);
        return new JsonObject { ["Gateway"] = gateway }.ToJsonString();
    }

    private sealed class TokenCount
    {
        private int _tokens;

        public int Tokens => Volatile.Read(ref _tokens);

        public void Add(int tokens) => Interlocked.Add(ref _tokens, tokens);
    }
}
