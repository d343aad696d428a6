using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A client that leaves in the middle has used something, which is estimated, and holds nothing (CONTRACT §2, §6).</summary>
public sealed class AbortedStreamTests
{
    private const string Prompt =
        "Explain to a child of ten years why the water of the sea rises and falls, and why it does so twice a day and not once; use short words, and end with a question.";

    private const string Said =
        "The moon pulls on the water of the sea, and the side that is near to it rises. On the far side the water rises as well, since there the moon pulls on it less than on the earth itself. As the earth turns, each shore passes both hills of water in a day.";

    private const int MaxOutput = 50_000;
    private const int Burst = 100_000;

    // What current tokenizers make of them, give or take: a token a word, and one for each mark. The stated bound is a factor of 2.
    private const int PromptTokens = 38;
    private const int SaidTokens = 59;
    private const double Bound = 2;

    /// <summary>The contract says one second; the rest is for a busy machine that runs the test.</summary>
    private static readonly TimeSpan Close = TimeSpan.FromSeconds(1.5);

    private static readonly string[] Pieces = Said.Split(", ");

    [Theory]
    [InlineData("openai")]
    [InlineData("openai, RequestUsage")]
    [InlineData("responses")]
    [InlineData("anthropic")]
    [InlineData("google")]
    [InlineData("google, array")]
    [InlineData("huggingface")]
    public async Task ClientThatLeaves_IsCharged_AndHoldsNothing(string name)
    {
        var dialect = Dialect.Of(name);
        await using var gateway = await StartAsync(dialect.RequestUsage);
        var upstream = gateway.Upstream(dialect.Provider);
        var call = new TaskCompletionSource<RawExchange>();
        upstream.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: {dialect.ContentType}\r\nTransfer-Encoding: chunked\r\n\r\n");
            await exchange.WriteChunkAsync(dialect.Beginning);
            call.SetResult(exchange);
            await exchange.PeerClosed.WaitAsync(Deadlines.Step);
        };

        await using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync(Request.Post(dialect.Target, dialect.Body));
            (await client.ReadHeadAsync()).AssertPassed();
            await client.ReadTextAsync(dialect.Beginning.Length);
            client.Abort();
        }

        var running = await call.Task.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
        await running.PeerClosed.WaitAsync(Close, TestContext.Current.CancellationToken);
        var row = Assert.Single(await ReportedUsage.ReadAsync(gateway, 1));
        Assert.Equal(1, row.Estimated);
        AssertNear(dialect.ReportedInput ?? PromptTokens, row.Input, dialect.ReportedInput is null ? Bound : 1);
        AssertNear(SaidTokens, row.Output, Bound);
        await AssertFreeAsync(gateway, upstream, dialect, row);
    }

    [Fact]
    public async Task ClientThatLeavesBeforeTheHead_IsCharged_AndHoldsNothing()
    {
        var dialect = Dialect.Of("openai");
        await using var gateway = await StartAsync("Never");
        gateway.OpenAI.Handler = exchange => exchange.PeerClosed.WaitAsync(Deadlines.Step);
        await using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync(Request.Post(dialect.Target, dialect.Body));
            await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 1, "the call is running");
            client.Abort();
        }

        var row = Assert.Single(await ReportedUsage.ReadAsync(gateway, 1));

        Assert.Equal(1, row.Estimated);
        AssertNear(PromptTokens, row.Input, Bound);
        Assert.True(row.Output > 0);
        await AssertFreeAsync(gateway, gateway.OpenAI, dialect, row);
    }

    [Fact]
    public async Task ClientThatLeavesTheQueue_IsNotCharged()
    {
        var dialect = Dialect.Of("openai");
        await using var gateway = await StartAsync("Never", c =>
        {
            TransportOptions.Set(c, ("MaxCallsPerOrigin", (JsonNode)1));
            c["VirtualKeys"]![0]!["Limits"] = new JsonObject { ["MaxConcurrent"] = 2 };
        });
        var release = new TaskCompletionSource();
        gateway.OpenAI.Handler = async exchange =>
        {
            await release.Task.WaitAsync(Deadlines.Step);
            await exchange.RespondJsonAsync("""{"usage":{"prompt_tokens":1,"completion_tokens":2}}""");
        };
        var first = gateway.PostAsync(dialect.Target, dialect.Body);
        await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 1, "the first call is running");
        await using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync(Request.Post(dialect.Target, dialect.Body));
            await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.queue.depth") == 1, "the second waits");
            client.Abort();
        }

        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.queue.depth") == 0, "the second has left");
        release.SetResult();
        (await first).AssertPassed();

        var row = Assert.Single(await ReportedUsage.ReadAsync(gateway, 2));
        Assert.Equal((1, 2, 0), (row.Input, row.Output, row.Estimated));
    }

    // One call at a time, and most of the tokens were reserved: both are there again, but for what was used.
    private static async Task AssertFreeAsync(GatewayEnvironment gateway, RawUpstream upstream, Dialect dialect, ReportedUsage used)
    {
        upstream.Handler = exchange => exchange.RespondJsonAsync(RawUpstream.DefaultBody);
        var next = await Eventually.ValueAsync(
            () => gateway.PostAsync(dialect.Target, dialect.Body), response => response.Status != 429, "the place of the aborted call is free");

        next.AssertPassed();
        var remaining = long.Parse(next["x-ultraai-ratelimit-remaining-tokens"]!, CultureInfo.InvariantCulture);
        Assert.InRange(remaining, Burst - MaxOutput - used.Input - used.Output - 100, Burst - MaxOutput - used.Input - used.Output);
    }

    private static void AssertNear(long expected, long actual, double factor) =>
        Assert.InRange(actual, (long)Math.Floor(expected / factor), (long)Math.Ceiling(expected * factor));

    private static Task<GatewayEnvironment> StartAsync(string requestUsage, Action<JsonObject>? configure = null) => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        HasAdminToken = true,
        Configure = configuration =>
        {
            configuration["Providers"]!["openai"]!["RequestUsage"] = requestUsage;
            configuration["VirtualKeys"]![0]!["Limits"] = new JsonObject { ["TokensPerMinute"] = 6, ["TokenBurst"] = Burst, ["MaxConcurrent"] = 1 };
            configure?.Invoke(configuration);
        },
    });

    /// <summary>One way to ask for a stream, and how it begins.</summary>
    private sealed record Dialect(string Provider, string Target, string Body, string Beginning)
    {
        public string ContentType { get; init; } = "text/event-stream";

        public string RequestUsage { get; init; } = "Never";

        /// <summary>Where the provider says at the beginning how much it has read.</summary>
        public long? ReportedInput { get; init; }

        private static string Chat => $$"""{"model":"m","stream":true,"max_tokens":{{MaxOutput}},"messages":[{"role":"user","content":"{{Prompt}}"}]}""";

        private static string Contents => $$$"""{"contents":[{"parts":[{"text":"{{{Prompt}}}"}]}],"generationConfig":{"maxOutputTokens":{{{MaxOutput}}}}}""";

        public static Dialect Of(string name) => name switch
        {
            "openai" => new("openai", "/openai/v1/chat/completions", Chat, ChatChunks()),
            "openai, RequestUsage" => Of("openai") with { RequestUsage = "Always" },
            "huggingface" => new("huggingface", "/huggingface/v1/chat/completions", Chat, ChatChunks()),
            "responses" => new(
                "openai",
                "/openai/v1/responses",
                $$"""{"model":"m","stream":true,"max_output_tokens":{{MaxOutput}},"input":"{{Prompt}}"}""",
                Event("response.created", """{"type":"response.created","response":{"id":"r","output":[],"usage":null}}""")
                + string.Concat(Pieces.Select(piece => Event("response.output_text.delta", $$"""{"type":"response.output_text.delta","item_id":"i","delta":"{{piece}}, "}""")))),
            "anthropic" => new(
                "anthropic",
                "/anthropic/v1/messages",
                Chat,
                Event("message_start", """{"type":"message_start","message":{"id":"m","content":[],"usage":{"input_tokens":25,"output_tokens":1}}}""")
                + Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""")
                + string.Concat(Pieces.Select(piece => Event("content_block_delta", $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{piece}}}, "}}"""))))
            {
                ReportedInput = 25,
            },
            "google" => new("google", "/google/v1beta/models/m:streamGenerateContent?alt=sse", Contents, string.Concat(Frames().Select(frame => $"data: {frame}\r\n\r\n"))) { ReportedInput = 25 },
            _ => new("google", "/google/v1beta/models/m:streamGenerateContent", Contents, "[" + string.Join(",\r\n", Frames())) { ReportedInput = 25, ContentType = "application/json" },
        };

        private static string ChatChunks() => string.Concat(Pieces.Select(piece => $$$"""data: {"id":"c","choices":[{"index":0,"delta":{"content":"{{{piece}}}, "},"finish_reason":null}]}""" + "\n\n"));

        private static IEnumerable<string> Frames() => Pieces.Select((piece, number) =>
            $$$"""{"candidates":[{"content":{"parts":[{"text":"{{{piece}}}, "}]}}],"usageMetadata":{"promptTokenCount":25,"candidatesTokenCount":{{{SaidTokens * (number + 1) / Pieces.Length}}}}}""");

        private static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";
    }
}
