using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Tests.Functional.Ultra;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Traces, metrics and logs by OTLP (CONTRACT §7), out of a gateway in a process of its own.</summary>
public sealed class OtlpExportTests : IAsyncLifetime
{
    private const string Key = "canary-virtual-key-otlp-7b1f";
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string ClientSpan = "00f067aa0ba902b7";
    private const string TraceParent = $"00-{TraceId}-{ClientSpan}-01";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-otlp-");

    // One that adds no traceparent of its own.
    private readonly HttpClient _client = new(new SocketsHttpHandler { ActivityHeadersPropagator = null });
    private ProviderSimulator _simulator = null!;
    private OtlpCollector _collector = null!;
    private GatewayProcess? _gateway;

    public async ValueTask InitializeAsync()
    {
        _simulator = await ProviderSimulator.StartAsync(null, TestContext.Current.CancellationToken);
        _collector = await OtlpCollector.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        _client.Dispose();
        await _collector.DisposeAsync();
        await _simulator.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Call_IsASpanBelowTheClients()
    {
        await StartAsync(_collector.Address);

        using var response = await PostAsync("/openai/v1/chat/completions", """{"model":"gpt-4o","max_tokens":20,"stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hello"}]}""");

        Assert.Equal(200, (int)response.StatusCode);
        var call = await SpanAsync("chat gpt-4o");
        var server = await SpanAsync(span => span.SpanId == call.ParentId, "the request's span");
        var attempt = await SpanAsync(span => span.ParentId == call.SpanId, "the attempt's span");
        Assert.Equal((TraceId, ClientSpan, OtlpSpan.Server), (server.TraceId, server.ParentId, server.Kind));
        Assert.Equal((TraceId, OtlpSpan.Client, false), (call.TraceId, call.Kind, call.IsError));
        Assert.Equal("System.Net.Http", attempt.Scope);
        Assert.Equal(("chat", "openai", "openai", "gpt-4o", "20", "true"), (
            call["gen_ai.operation.name"], call["gen_ai.provider.name"], call["ultraai.provider"], call["gen_ai.request.model"], call["gen_ai.request.max_tokens"], call["gen_ai.request.stream"]));
        var used = _simulator.OpenAI.Requests.Single().Usage!;
        Assert.Equal(($"{used.Input}", $"{used.Output}", "200"), (call["gen_ai.usage.input_tokens"], call["gen_ai.usage.output_tokens"], call["http.response.status_code"]));
        Assert.Equal(("127.0.0.1", $"{_simulator.OpenAI.BaseAddress.Port}"), (call["server.address"], call["server.port"]));
        Assert.NotNull(call["gen_ai.response.time_to_first_chunk"]);

        // The client's own passes unchanged; of our spans the provider hears nothing.
        Assert.Equal(TraceParent, _simulator.OpenAI.Requests.Single().Header("traceparent"));
    }

    [Fact]
    public async Task CallThatFailedOver_NamesTheDestinationThatAnswered()
    {
        await StartAsync(_collector.Address);

        // Which of the two is tried first is drawn by lot.
        var attempts = Array.Empty<OtlpSpan>();
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await PostAsync("/pool/v1/embeddings", """{"model":"text-embedding-3-small","input":"Hello"}""");
                Assert.Equal(200, (int)response.StatusCode);
                attempts = [.. _collector.Spans.Where(span => span.Scope == "System.Net.Http").GroupBy(span => span.ParentId).FirstOrDefault(group => group.Count() == 2) ?? Enumerable.Empty<OtlpSpan>()];
                return attempts.Length == 2;
            },
            "a call fails over");

        var call = await SpanAsync(span => span.SpanId == attempts[0].ParentId, "the call");
        Assert.Equal(("embeddings text-embedding-3-small", $"{_simulator.OpenAI.BaseAddress.Port}", false), (call.Name, call["server.port"], call.IsError));
        Assert.Single(attempts, attempt => attempt.IsError);
    }

    [Fact]
    public async Task Calls_AtOnce_NameTheProvidersRealAddress()
    {
        const int Calls = 8;
        await StartAsync(_collector.Address);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _simulator.OpenAI.Script(_ => true, new SimulatedBehaviour { Barrier = all.Task });

        var posting = Enumerable.Range(0, Calls).Select(_ => PostAsync("/openai/v1/embeddings", """{"model":"text-embedding-3-small","input":"Hello"}""")).ToArray();
        await Eventually.TrueAsync(() => _simulator.OpenAI.Requests.Count == Calls, "all calls run");
        all.SetResult();
        Array.ForEach(await Task.WhenAll(posting), response => response.Dispose());

        await Eventually.TrueAsync(() => _collector.Spans.Count(span => span.Scope == "System.Net.Http") == Calls, "the attempts' spans have come");
        var address = _simulator.OpenAI.BaseAddress;
        Assert.All(_collector.Spans.Where(span => span.Scope == "System.Net.Http"), attempt =>
            Assert.Equal((address.Host, $"{address.Port}", $"{address}v1/embeddings"), (attempt["server.address"], attempt["server.port"], attempt["url.full"])));
        await Eventually.TrueAsync(() => _collector.Metrics.Contains("http.client.request.duration", StringComparison.Ordinal), "metrics have come");
        Assert.DoesNotContain(".invalid", _collector.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailedCall_IsAnErrorByItsStatus()
    {
        await StartAsync(_collector.Address);
        _simulator.Anthropic.Script(_ => true, new SimulatedBehaviour { Status = 529 });

        using var response = await PostAsync("/anthropic/v1/messages", """{"model":"claude-sonnet-4-5","max_tokens":20,"messages":[{"role":"user","content":"Hello"}]}""", traceParent: null);

        var call = await SpanAsync("chat claude-sonnet-4-5");
        Assert.Equal((true, "529", "529"), (call.IsError, call["error.type"], call["http.response.status_code"]));
        Assert.Null(_simulator.Anthropic.Requests.Single().Header("traceparent"));
    }

    [Fact]
    public async Task Run_IsATraceOfRunStageAndCall()
    {
        await StartAsync(_collector.Address);

        foreach (var member in new[] { _simulator.OpenAI, _simulator.Anthropic, _simulator.Google })
        {
            member.Script(UltraEnvironment.IsReview, new SimulatedBehaviour { Text = UltraEnvironment.Review(9, 4) });
        }

        using var response = await PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body());

        Assert.Equal(200, (int)response.StatusCode);
        var run = await SpanAsync("ultra ultra");
        var server = await SpanAsync(span => span.SpanId == run.ParentId, "the request's span");
        Assert.Equal((TraceId, ClientSpan), (server.TraceId, server.ParentId));
        Assert.Equal(("complete", "ultra"), (run["ultraai.status"], run["ultraai.preset"]));
        foreach (var (stage, calls) in new[] { ("initial", 3), ("review", 3), ("synthesis", 1) })
        {
            var span = await SpanAsync("ultra " + stage);
            await Eventually.TrueAsync(() => CallsOf(span).Count() == calls, $"{calls} calls below {stage}");
            Assert.Equal((TraceId, run.SpanId, $"{calls}"), (span.TraceId, span.ParentId, span["ultraai.calls.ok"]));
        }

        IEnumerable<OtlpSpan> CallsOf(OtlpSpan stage) =>
            _collector.Spans.Where(span => span.ParentId == stage.SpanId && span["gen_ai.operation.name"] is not null && span.TraceId == TraceId);
    }

    [Fact]
    public async Task MetricsAndLogs_GoOutToo_AndNothingHoldsASecret()
    {
        await StartAsync(_collector.Address);

        using var response = await _client.GetAsync(new Uri($"{Address}/google/v1beta/models?key={Key}&pageSize=5"), TestContext.Current.CancellationToken);
        using var refused = await _client.GetAsync(new Uri($"{Address}/google/v1beta/models?key=wrong-{Key}"), TestContext.Current.CancellationToken);

        Assert.Equal((200, 401), ((int)response.StatusCode, (int)refused.StatusCode));
        await Eventually.TrueAsync(() => _collector.Metrics.Contains("ultraai.requests", StringComparison.Ordinal), "metrics have come");
        await Eventually.TrueAsync(() => _collector.Logs.Contains("goes to", StringComparison.Ordinal), "logs have come");
        await Eventually.TrueAsync(() => _collector.Spans.Count(span => span.Kind == OtlpSpan.Server) >= 2, "traces have come");
        Assert.Contains("ultraai-gateway", _collector.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, _collector.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("pageSize", _collector.Everything, StringComparison.Ordinal);
        Assert.All(_simulator.All, provider => Assert.DoesNotContain(provider.Credential, _collector.Everything, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CollectorThatIsGone_HoldsNobodyUp(bool hangs)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        if (!hangs)
        {
            listener.Stop();
        }

        await StartAsync($"http://127.0.0.1:{port}");

        for (var i = 0; i < 20; i++)
        {
            var responses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => PostAsync("/openai/v1/embeddings", """{"model":"text-embedding-3-small","input":"Hello"}""")));
            Assert.All(responses, response => Assert.Equal(200, (int)response.StatusCode));
            Array.ForEach(responses, response => response.Dispose());
        }
    }

    private string Address { get; set; } = "";

    private Task<OtlpSpan> SpanAsync(string name) => SpanAsync(span => span.Name == name, name);

    private Task<OtlpSpan> SpanAsync(Func<OtlpSpan, bool> condition, string what) =>
        Eventually.ValueAsync(() => Task.FromResult(_collector.Spans.FirstOrDefault(condition)!), span => span is not null, "exported: " + what);

    private async Task<HttpResponseMessage> PostAsync(string target, string body, string? traceParent = TraceParent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address + target) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("anthropic-version", "2023-06-01");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        if (traceParent is not null)
        {
            request.Headers.Add("traceparent", traceParent);
        }

        return await _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task StartAsync(string collector)
    {
        var file = Path.Combine(_folder.FullName, "gateway.json");
        var gateway = new JsonObject
        {
            ["Providers"] = new JsonObject(SimulatorGateway.Providers.Zip(_simulator.All).Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.First.Name, new JsonObject
            {
                ["Kind"] = pair.First.Kind,
                ["BaseUrl"] = pair.Second.BaseAddress.ToString(),
                ["Credentials"] = new JsonArray(new JsonObject { ["Value"] = pair.Second.Credential }),
            }))),
            ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "otlp", ["Value"] = Key }),
            ["Store"] = new JsonObject { ["Path"] = Path.Combine(_folder.FullName, "gateway.db") },
            ["Ultra"] = JsonNode.Parse("""{"Presets":{"ultra":{"Members":["openai/model-a","anthropic/model-b","google/model-c"],"Lead":{"Models":["huggingface/lead-model"]}}}}"""),
        };
        gateway["Providers"]!["pool"] = new JsonObject
        {
            ["Kind"] = "OpenAI",
            ["Destinations"] = new JsonArray(_simulator.OpenAI.BaseAddress.ToString(), $"http://127.0.0.1:{ClosedPort()}"),
            ["Credentials"] = new JsonArray(new JsonObject { ["Value"] = _simulator.OpenAI.Credential }),
        };
        await File.WriteAllTextAsync(file, new JsonObject { ["Gateway"] = gateway }.ToJsonString(), TestContext.Current.CancellationToken);
        _gateway = GatewayProcess.Start(["--config", file, "--urls", "http://127.0.0.1:0"], new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
        });
        var listening = await _gateway.WaitForAsync(@"Now listening on: (http://127\.0\.0\.1:\d+)");
        Address = listening.Groups[1].Value;
    }
}
