using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>What the providers report is what the ledger says, to the token and to the nano-dollar (CONTRACT §6).</summary>
public sealed class UsageTests(ITestOutputHelper output)
{
    private const int Clients = 16;

    /// <summary>Each byte of a response is the end of a piece in one of so many calls.</summary>
    private const int Splits = 128;

    private const string Chat = """{"model":"MODEL","messages":[{"role":"user","content":"Tides?"}]}""";
    private const string ChatStream = """{"model":"MODEL","stream":true,"messages":[{"role":"user","content":"Tides?"}]}""";
    private const string Contents = """{"contents":[{"parts":[{"text":"Tides?"}]}]}""";

    private static readonly (string Provider, string Target, string Body)[] Kinds =
    [
        ("openai", "/v1/chat/completions?", Chat),
        ("openai", "/v1/chat/completions?", ChatStream),
        ("openai", "/v1/chat/completions?", """{"model":"MODEL","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Tides?"}]}"""),
        ("openai", "/v1/responses?", """{"model":"MODEL","input":"Tides?"}"""),
        ("openai", "/v1/responses?", """{"model":"MODEL","stream":true,"input":"Tides?"}"""),
        ("openai", "/v1/embeddings?", """{"model":"MODEL","input":"Tides?","dimensions":8}"""),
        ("anthropic", "/v1/messages?", """{"model":"MODEL","max_tokens":999,"messages":[{"role":"user","content":"Tides?"}]}"""),
        ("anthropic", "/v1/messages?", """{"model":"MODEL","max_tokens":999,"stream":true,"messages":[{"role":"user","content":"Tides?"}]}"""),
        ("google", "/v1beta/models/MODEL:generateContent?", Contents),
        ("google", "/v1beta/models/MODEL:streamGenerateContent?alt=sse&", Contents),
        ("google", "/v1beta/models/MODEL:streamGenerateContent?", Contents),
        ("huggingface", "/v1/chat/completions?", Chat),
        ("huggingface", "/v1/chat/completions?", ChatStream),
    ];

    private static readonly string[] Codings = ["Accept-Encoding: gzip", "Accept-Encoding: br", "Accept-Encoding: identity", "X-Nothing: asked"];

    private static readonly string[] Models =
    [
        "m-usage-1200-300-c800-w50-h20-r100", "m-usage-1-1", "m-usage-7-0", "m-usage-123456-65432-c123000", "m-usage-90-10-c90", "m-usage-31-17-w31",
        "m-usage-64-32-h64-r32", "m-usage-500-400-a40-s30", "m-usage-11-13", "m-usage-999999-1-c1-w1-h1", "m-usage-2048-512-c1024-r511",
    ];

    private static readonly Dictionary<string, Price> Prices = new(StringComparer.Ordinal)
    {
        ["openai"] = new(2.5m, 1.25m, 2.5m * 1.25m, 5m, 40m, 10m, 80m, 0),
        ["anthropic"] = new(3m, 0.3m, 3.75m, 6m, 3m, 15m, 15m, 0),

        // Half a nano-dollar per cached token: each call is rounded by itself.
        ["google"] = new(0.3m, 0.0375m, 0.375m, 0.6m, 1m, 2.5m, 12m, 0.000123m),
        ["huggingface"] = new(0.1m, 0.1m, 0.125m, 0.2m, 0.1m, 0.4m, 0.4m, 0),
    };

    // 10,000 take a minute on a small machine.
    private static int Calls => int.TryParse(Environment.GetEnvironmentVariable("ULTRAAI_TESTS_USAGE_CALLS"), CultureInfo.InvariantCulture, out var calls) ? calls : 2000;

    [Fact]
    public async Task MixedCalls_AreCountedExactly()
    {
        await using var simulator = await ProviderSimulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        Script(simulator);
        await using var gateway = await SimulatorGateway.StartAsync(simulator, Configure);
        gateway.Logs.IsRecording = false;
        var calls = Calls;
        var next = -1;
        var watch = System.Diagnostics.Stopwatch.StartNew();

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            await using var client = await gateway.ConnectAsync();
            for (var number = Interlocked.Increment(ref next); number < calls; number = Interlocked.Increment(ref next))
            {
                var response = await client.ExchangeAsync(CallOf(number));
                response.AssertPassed();
            }
        })));
        output.WriteLine($"{calls} calls in {watch.Elapsed.TotalSeconds:0.0} s");

        var rows = await ReportedUsage.ReadAsync(gateway, calls);
        foreach (var provider in simulator.All)
        {
            Compare(provider, [.. rows.Where(row => row.Provider == provider.Name)]);
        }
    }

    private static void Compare(SimulatedProvider provider, IReadOnlyList<ReportedUsage> rows)
    {
        Assert.All(provider.Requests, request => Assert.True(request.IsUsageReported, request.RawTarget));
        Assert.Equal(provider.UsageByModel.Keys.Order(StringComparer.Ordinal), rows.Select(row => row.Model).Order(StringComparer.Ordinal));
        var costs = provider.Requests.ToLookup(request => request.Model!, request => Prices[provider.Name].NanosOf(request.Usage!), StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var counted = provider.UsageByModel[row.Model];
            var expected = new ReportedUsage(
                provider.Name, row.Model, costs[row.Model].Count(), counted.Input, counted.CachedInput, counted.CacheWrite5m + counted.CacheWrite1h, counted.Output, costs[row.Model].Sum(), 0);
            Assert.Equal(expected, row);
        }
    }

    private static string CallOf(int number)
    {
        var (provider, target, body) = Kinds[number % Kinds.Length];
        var round = number / Kinds.Length;
        var model = Models[round % Models.Length];

        // Prime steps, so that each kind meets each coding, model and split.
        target = $"/{provider}{target.Replace("MODEL", model, StringComparison.Ordinal)}s={round % Splits}";
        return Request.Post(target, body.Replace("MODEL", model, StringComparison.Ordinal), Codings[(round / 3) % Codings.Length], "anthropic-version: 2023-06-01");
    }

    private static void Script(ProviderSimulator simulator)
    {
        for (var split = 0; split < Splits; split++)
        {
            var mark = $"s={split}";
            var behaviour = new SimulatedBehaviour
            {
                EncodesAsAsked = true,
                HasDecoys = split % 2 == 0,
                Text = "High tide comes twice a day.",
                Chunks = 3,
                SplitAt = [.. Enumerable.Range(0, 100).Select(step => (long)split + (Splits * step))],
            };
            foreach (var provider in simulator.All)
            {
                provider.Script(request => request.RawTarget.EndsWith(mark, StringComparison.Ordinal), behaviour);
            }
        }
    }

    private static void Configure(JsonObject configuration)
    {
        configuration["Providers"]!["openai"]!["RequestUsage"] = "Always";
        configuration["Providers"]!["huggingface"]!["RequestUsage"] = "Always";
        configuration["Prices"] = new JsonArray([.. Prices.Select(price => price.Value.ToJson(price.Key + "/*"))]);
    }

    /// <summary>USD per million tokens, and per request.</summary>
    private sealed record Price(
        decimal Input, decimal CachedInput, decimal Write5m, decimal Write1h, decimal AudioInput, decimal Output, decimal AudioOutput, decimal PerRequest)
    {
        public JsonObject ToJson(string model) => new()
        {
            ["Model"] = model,
            [nameof(Input)] = Input,
            [nameof(CachedInput)] = CachedInput,
            [nameof(AudioInput)] = AudioInput,
            [nameof(Output)] = Output,
            [nameof(AudioOutput)] = AudioOutput,
            [nameof(PerRequest)] = PerRequest,
        };

        /// <summary>To the nearest nano-dollar; half goes up.</summary>
        public long NanosOf(SimulatedUsage usage)
        {
            var plain = usage.Input - usage.CachedInput - usage.CacheWrite5m - usage.CacheWrite1h - usage.AudioInput;
            var millionths = (plain * Input) + (usage.CachedInput * CachedInput) + (usage.CacheWrite5m * Write5m) + (usage.CacheWrite1h * Write1h)
                + (usage.AudioInput * AudioInput) + ((usage.Output - usage.AudioOutput) * Output) + (usage.AudioOutput * AudioOutput);
            return (long)Math.Floor((millionths * 1000m) + (PerRequest * 1_000_000_000m) + 0.5m);
        }
    }
}
