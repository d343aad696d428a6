using System.Collections.Concurrent;
using System.Globalization;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Tests.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Metering;

/// <summary>Ten thousand mixed responses of the simulated providers: what was read of them is what the providers reported, to the token.</summary>
public sealed class UsageSumTests
{
    private const int Requests = 10_000;

    private static readonly string[] Codings = ["identity", "gzip", "br", "deflate"];

    [Fact]
    public async Task Sums_OfMixedResponses_AreExact()
    {
        await using var simulator = await ProviderSimulator.StartAsync(new SimulatorOptions { RecordedRequestLimit = 0 }, TestContext.Current.CancellationToken);
        foreach (var provider in simulator.All)
        {
            provider.Script(request => request.Model?.Contains("decoy", StringComparison.Ordinal) == true, new SimulatedBehaviour { EncodesAsAsked = true, HasDecoys = true, SplitAt = [1, 50, 51, 400, 402] });
            provider.Script(_ => true, new SimulatedBehaviour { EncodesAsAsked = true });
        }

        using var client = new HttpClient();
        var sums = new ConcurrentDictionary<(string Provider, string Model), SimulatedUsage>();
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (i, cancelled) =>
        {
            var call = MixedCall.Create(i, simulator);
            using var request = call.ToRequest(Codings[i % Codings.Length]);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancelled);
            Assert.True(response.IsSuccessStatusCode, call.Path);
            var reading = await ReadAsync(response, call, new Random(i), cancelled);
            Assert.True(reading.IsComplete, call.Path);
            sums.AddOrUpdate((call.Provider.Name, call.Model), _ => ToSimulated(reading.Usage), (_, sum) => sum + ToSimulated(reading.Usage));
        });

        foreach (var provider in simulator.All)
        {
            var read = sums.Where(sum => sum.Key.Provider == provider.Name).ToDictionary(sum => sum.Key.Model, sum => sum.Value);
            await Eventually.TrueAsync(() => provider.ActiveRequests == 0, "the provider is done");
            Assert.Equal(provider.UsageByModel.OrderBy(sum => sum.Key), read.OrderBy(sum => sum.Key));
        }
    }

    private static async Task<UsageReading> ReadAsync(HttpResponseMessage response, MixedCall call, Random random, CancellationToken cancelled)
    {
        var fields = response.Content.Headers;
        var observer = UsageObserver.Create(call.Dialect, fields.ContentType?.ToString(), fields.ContentEncoding.SingleOrDefault())!;
        await using var body = await response.Content.ReadAsStreamAsync(cancelled);
        var buffer = new byte[4096];
        int length;
        while ((length = await body.ReadAsync(buffer.AsMemory(0, random.Next(1, 600)), cancelled)) > 0)
        {
            observer.Observe(buffer.AsSpan(0, length));
        }

        return observer.Complete(hasArrived: true);
    }

    private static SimulatedUsage ToSimulated(TokenUsage usage) => new()
    {
        Input = usage.Input,
        CachedInput = usage.CachedInput,
        CacheWrite5m = usage.CacheWrite5m,
        CacheWrite1h = usage.CacheWrite1h,
        AudioInput = usage.AudioInput,
        Output = usage.Output,
        Reasoning = usage.Reasoning,
        AudioOutput = usage.AudioOutput,
        ImageOutput = usage.ImageOutput,
    };

    private sealed record MixedCall(SimulatedProvider Provider, UsageDialect Dialect, string Path, string Body, string Model)
    {
        public static MixedCall Create(int i, ProviderSimulator simulator)
        {
            var stream = i / 8 % 2 == 0;
            var model = Models(i)[i / 16 % 4];
            var asked = $"\"model\":\"{model}\",\"stream\":{(stream ? "true" : "false")}";
            var turn = string.Create(CultureInfo.InvariantCulture, $$"""{"role":"user","content":"Question {{i}}: how do tides work?"}""");
            return (i % 8) switch
            {
                0 => new(simulator.OpenAI, UsageDialect.OpenAIChat, "/v1/chat/completions", $$"""{{{asked}},"stream_options":{"include_usage":true},"messages":[{{turn}}]}""", model),
                1 => new(simulator.HuggingFace, UsageDialect.OpenAIChat, "/v1/chat/completions", $$"""{{{asked}},"stream_options":{"include_usage":true},"messages":[{{turn}}]}""", model),
                2 => new(simulator.OpenAI, UsageDialect.OpenAIResponses, "/v1/responses", $$"""{{{asked}},"input":[{{turn}}]}""", model),
                3 => new(simulator.Anthropic, UsageDialect.AnthropicMessages, "/v1/messages", $$"""{{{asked}},"max_tokens":500,"messages":[{{turn}}]}""", model),
                4 => new(simulator.Google, UsageDialect.GoogleGenerateContent, GooglePath(model, stream, i / 64 % 2 == 0), $$"""{"contents":[{"parts":[{"text":"Question {{i}}: how do tides work?"}]}]}""", model),
                5 => new(simulator.OpenAI, UsageDialect.OpenAIEmbeddings, "/v1/embeddings", $$"""{"model":"{{model}}","dimensions":32,"input":"Question {{i}}"}""", model),
                6 => new(simulator.OpenAI, UsageDialect.OpenAIImages, "/v1/images/generations", $$"""{"model":"{{model}}","prompt":"Tides, number {{i}}"}""", model),
                _ => new(simulator.Google, UsageDialect.OpenAIChat, "/v1beta/openai/chat/completions", $$"""{{{asked}},"stream_options":{"include_usage":true},"messages":[{{turn}}]}""", model),
            };
        }

        public HttpRequestMessage ToRequest(string coding)
        {
            var request = SimulatorFixture.Request(Provider, HttpMethod.Post, Path, Body);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", coding);
            return request;
        }

        private static string[] Models(int i) =>
        [
            "gemini-2.5-plain",
            "gemini-2.5-decoy",
            string.Create(CultureInfo.InvariantCulture, $"usage-{1000 + (i % 50)}-{200 + (i % 7)}-c{i % 300}-w{i % 11}-h{i % 13}-r{i % 97}-a{i % 17}-s{i % 19}"),
            string.Create(CultureInfo.InvariantCulture, $"decoy-usage-{2000 + (i % 5)}-0"),
        ];

        private static string GooglePath(string model, bool stream, bool sse) =>
            $"/v1beta/models/{model}:{(stream ? "streamGenerateContent" : "generateContent")}{(stream && sse ? "?alt=sse" : "")}";
    }
}
