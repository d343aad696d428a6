using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using UltraAI.Gateway.Demo;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>What dashboard, alerts and documents call metrics, against what a gateway in a process of its own exports after a short mixed load (issue 7).</summary>
public sealed partial class MetricNamesTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-metrics-");
    private readonly HttpClient _client = new();
    private ProviderSimulator _simulator = null!;
    private Http2Upstream _tls = null!;
    private RunningGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await ProviderSimulator.StartAsync(null, TestContext.Current.CancellationToken);
        _tls = await Http2Upstream.StartAsync(_ => Task.CompletedTask);
        var file = Path.Combine(_folder.FullName, "gateway.json");
        await File.WriteAllTextAsync(file, new JsonObject { ["Gateway"] = Configuration() }.ToJsonString(), TestContext.Current.CancellationToken);
        _gateway = await GatewayProcess.StartOnAsync(file);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _client.Dispose();
        await _tls.DisposeAsync();
        await _simulator.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task EveryName_ExistsAfterAMixedLoad()
    {
        await MixedLoadAsync();

        string[] documents = ["README.md", "docs/operations.md", "docs/configuration.md", "docs/performance.md"];
        var texts = MonitoringFileTests.AlertExpressions.Concat(MonitoringFileTests.PanelExpressions).Concat(documents.SelectMany(path => Document.Open(path).Code()));
        var names = texts.SelectMany(text => NamePattern().Matches(text)).Select(match => match.Value).Distinct().ToArray();
        Assert.Contains("ultraai_stream_stall_seconds_bucket", names);

        // Some are recorded a moment after the client has its answer.
        var missing = names;
        var metrics = "";
        await Eventually.TrueAsync(
            async () =>
            {
                metrics = await MetricsAsync();
                missing = [.. names.Where(name => !IsIn(metrics, name))];
                return missing.Length == 0;
            },
            "all names are there").ContinueWith(
            waiting => Assert.True(waiting.IsCompletedSuccessfully, $"Not in /metrics: {string.Join(", ", missing)}"), TaskScheduler.Default);
    }

    [Fact]
    public async Task Labels_StayBounded_WhateverClientsSend()
    {
        const int Models = 10_000;
        var numbers = new Random(1);
        var names = Enumerable.Range(0, Models).Select(i => $"model-{i}-{numbers.Next()}").ToArray();

        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (name, _) =>
            Assert.Equal(200, await PostAsync("load", "/openai/v1/embeddings", $$"""{"model":"{{name}}","input":"x"}""")));

        var metrics = await Eventually.ValueAsync(
            MetricsAsync, text => new MetricSamples(text).Sum("gen_ai_client_operation_duration_seconds_count") >= Models, "all calls are measured");
        foreach (var label in new[] { "gen_ai_request_model", "model" })
        {
            var values = Regex.Matches(metrics, $"[{{,]{label}=\"([^\"]*)\"").Select(match => match.Groups[1].Value).Distinct().ToArray();
            Assert.InRange(values.Length, 2, 201);
            Assert.Contains("other", values);
        }

        Assert.Equal(Models, new MetricSamples(metrics).Sum("gen_ai_client_operation_duration_seconds_count"));
        Assert.True(metrics.Length < 4 * 1024 * 1024, $"{metrics.Length} bytes");
    }

    // A name that ends in an underscore stands for all that begin so.
    private static bool IsIn(string metrics, string name) =>
        name.EndsWith('_')
            ? metrics.Contains("\n" + name, StringComparison.Ordinal)
            : Regex.IsMatch(metrics, $@"(?m)^{name}(_bucket|_count|_sum)?[{{ ]|[{{,]{name}=""");

    private async Task MixedLoadAsync()
    {
        const string Chat = """{"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hello"}]}""";
        const string Ultra = """{"model":"ultra","messages":[{"role":"user","content":"Why a gateway?"}]}""";
        _simulator.OpenAI.Script(request => request.Text.Contains("Slowly", StringComparison.Ordinal), new SimulatedBehaviour { ChunkDelay = TimeSpan.FromMilliseconds(20), Chunks = 5 });
        _simulator.OpenAI.Script(request => request.Text.Contains("Too many", StringComparison.Ordinal), SimulatedBehaviour.RateLimited(TimeSpan.FromSeconds(1)), times: 2);
        _simulator.OpenAI.Script(request => request.Text.Contains("Silent", StringComparison.Ordinal), SimulatedBehaviour.Hang);

        // The first run has a member less, and a lead that fails.
        _simulator.Google.Script(request => request.Header("x-ultraai-call") is not null, new SimulatedBehaviour { Status = 400 }, times: 1);
        _simulator.Anthropic.Script(request => request.Header("x-ultraai-call")?.StartsWith('s') == true, new SimulatedBehaviour { Status = 400 }, times: 1);
        DemoPanel.Script(_simulator);

        Assert.Equal(200, await PostAsync("load", "/openai/v1/chat/completions", Chat));
        Assert.Equal(200, await PostAsync("load", "/openai/v1/chat/completions", Chat.Replace("Hello", "Slowly", StringComparison.Ordinal)));
        Assert.Equal(504, await PostAsync("load", "/openai/v1/chat/completions", Chat.Replace("Hello", "Silent", StringComparison.Ordinal)));
        Assert.Equal(200, await PostAsync("budget", "/openai/v1/chat/completions", Chat));
        Assert.Equal((200, 429), (await PostAsync("limited", "/openai/v1/chat/completions", Chat), await PostAsync("limited", "/openai/v1/chat/completions", Chat)));
        Assert.Equal(502, await PostAsync("load", "/gone/v1/chat/completions", Chat));
        Assert.Equal(200, await PostAsync("load", "/tls/v1/other", "{}"));
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostAsync("load", "/narrow/v1/chat/completions", Chat.Replace("Hello", "Slowly", StringComparison.Ordinal)))), status => Assert.Equal(200, status));
        for (var i = 0; i < 8; i++)
        {
            await PostAsync("load", "/pool/v1/chat/completions", Chat.Replace("Hello", "Too many", StringComparison.Ordinal));
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, await PostAsync("load", "/ultra/v1/chat/completions", Ultra));
        }
    }

    private async Task<int> PostAsync(string key, string target, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{_gateway.Port}{target}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", KeyOf(key));
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    private Task<string> MetricsAsync() => _client.GetStringAsync($"http://127.0.0.1:{_gateway.Port}/metrics", TestContext.Current.CancellationToken);

    private JsonObject Configuration()
    {
        var providers = new JsonObject(SimulatorGateway.Providers.Zip(_simulator.All).Select(pair =>
            KeyValuePair.Create<string, JsonNode?>(pair.First.Name, Provider(pair.First.Kind, pair.Second.BaseAddress.ToString(), pair.Second.Credential))));
        providers["tls"] = Provider("OpenAI", _tls.BaseUrl, "tls-credential");
        providers["gone"] = Provider("OpenAI", $"http://127.0.0.1:{ClosedPort()}", "gone-credential");
        providers["narrow"] = Provider("OpenAI", _simulator.OpenAI.BaseAddress.ToString(), _simulator.OpenAI.Credential);
        providers["narrow"]!["MaxCallsPerOrigin"] = 1;

        // One credential of two is refused, one destination of two is not there.
        providers["pool"] = new JsonObject
        {
            ["Kind"] = "OpenAI",
            ["Destinations"] = new JsonArray(_simulator.OpenAI.BaseAddress.ToString(), $"http://127.0.0.1:{ClosedPort()}"),
            ["Credentials"] = new JsonArray(new JsonObject { ["Name"] = "good", ["Value"] = _simulator.OpenAI.Credential }, new JsonObject { ["Name"] = "bad", ["Value"] = "wrong-credential" }),
        };
        return new JsonObject
        {
            ["Providers"] = providers,
            ["VirtualKeys"] = new JsonArray(
                Key("load"),
                Key("limited", "Limits", new JsonObject { ["RequestsPerMinute"] = 1 }),
                Key("budget", "Budget", new JsonObject { ["Usd"] = 100, ["Period"] = "Total" })),
            ["Prices"] = new JsonArray(new JsonObject { ["Model"] = "*/*", ["Input"] = 1, ["Output"] = 10, ["MaxOutputTokens"] = 1000 }),
            ["Transport"] = new JsonObject { ["Timeout"] = "00:00:02", ["TrustedCertificates"] = _tls.AuthorityFile },
            ["Store"] = new JsonObject { ["Path"] = Path.Combine(_folder.FullName, "gateway.db") },
            ["Ultra"] = new JsonObject { ["Presets"] = DemoPanel.Presets() },
        };
    }

    private static JsonObject Provider(string kind, string address, string credential) => new()
    {
        ["Kind"] = kind,
        ["BaseUrl"] = address,
        ["Credentials"] = new JsonArray(new JsonObject { ["Value"] = credential }),
    };

    private static JsonObject Key(string name, string? property = null, JsonObject? value = null)
    {
        var key = new JsonObject { ["Name"] = name, ["Value"] = KeyOf(name) };
        if (property is not null)
        {
            key[property] = value;
        }

        return key;
    }

    private static string KeyOf(string name) => $"vk-metric-names-{name}";

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // Not a parameter of a function: name=value.
    [GeneratedRegex(@"(?<![A-Za-z0-9_.:/-])(?>(?:ultraai|gen_ai|http|dotnet|kestrel|dns)_[a-z0-9_]+)(?!=\w)")]
    private static partial Regex NamePattern();
}
