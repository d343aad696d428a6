using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>What operators and providers see of the rehearsal at the start of a process: nothing.</summary>
public sealed class RehearsalTests : IAsyncDisposable
{
    private const string Key = "vk-rehearsal-test-41ce";
    private const string AdminToken = "admin-token-rehearsal-test-90b2";

    private readonly TemporaryFolder _folder = new();
    private readonly RawUpstream _provider = new();
    private readonly HttpClient _client = new();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _provider.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(true, "http://127.0.0.1:9")]
    public async Task Start_ShowsNothingOfIt(bool isOn, string? proxy)
    {
        await using var gateway = GatewayProcess.Start(Arguments(isOn, proxy), new Dictionary<string, string> { ["Gateway__Providers__openai__BaseUrl"] = _provider.BaseUrl });
        var listening = await gateway.WaitForAsync(@"Now listening on: http://127\.0\.0\.1:(\d+)");
        _client.BaseAddress = new Uri("http://127.0.0.1:" + listening.Groups[1].Value);
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);

        // It took place, or did not.
        Assert.Equal(isOn && proxy is null, gateway.Output.Contains("Rehearsed 6 calls", StringComparison.Ordinal));
        Assert.DoesNotContain("rehearsal failed", gateway.Output, StringComparison.Ordinal);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(gateway.Output, "Now listening on"));

        var metrics = await MetricsAsync();
        string[] own = ["ultraai_requests_total", "ultraai_connections_total", "ultraai_connect_seconds_count", "ultraai_cost", "ultraai_ratelimit", "ultraai_budget", "gen_ai_", "http_client_"];
        Assert.All(own, name => Assert.False(metrics.Has(name), $"{name} in:\n{metrics.Text}"));
        Assert.DoesNotContain("rehearsal", metrics.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/openai/", metrics.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/anthropic/", metrics.Text, StringComparison.Ordinal);
        var usage = JsonNode.Parse(await _client.GetStringAsync("/admin/usage?by=key,provider", TestContext.Current.CancellationToken))!;
        Assert.DoesNotContain("rehearsal", usage.ToJsonString(), StringComparison.Ordinal);
        Assert.Empty(usage["rows"]!.AsArray());
        Assert.Empty(_provider.Requests);
        Assert.Equal(0, _provider.AcceptedConnections);
        Assert.False(File.Exists(_folder.PathOf("access.jsonl")) && new FileInfo(_folder.PathOf("access.jsonl")).Length > 0);
    }

    [Fact]
    public async Task FirstCall_IsCountedAlone()
    {
        await using var gateway = GatewayProcess.Start(Arguments(isOn: true, proxy: null), new Dictionary<string, string> { ["Gateway__Providers__openai__BaseUrl"] = _provider.BaseUrl });
        var listening = await gateway.WaitForAsync(@"Now listening on: http://127\.0\.0\.1:(\d+)");
        _client.BaseAddress = new Uri("http://127.0.0.1:" + listening.Groups[1].Value);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/openai/v1/chat/completions");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        request.Content = new StringContent("""{"model":"gpt-4o","messages":[]}""", Encoding.UTF8, "application/json");

        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Single(_provider.Requests);
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        var metrics = new MetricSamples("");
        await Eventually.TrueAsync(async () => (metrics = await MetricsAsync()).Sum("ultraai_requests_total") > 0, "the call is counted");
        Assert.Equal(1, metrics.Sum("ultraai_requests_total"));
        Assert.Equal(1, metrics.Sum("ultraai_connections_total"));
        Assert.Equal(1, metrics.Sum("http_client_open_connections"));
        var port = _provider.Port.ToString(CultureInfo.InvariantCulture);
        Assert.All(
            metrics.Text.Split('\n').Where(line => line.StartsWith("http_client_", StringComparison.Ordinal) && line.Contains("server_port", StringComparison.Ordinal)),
            line => Assert.Contains(port, line, StringComparison.Ordinal));
    }

    private async Task<MetricSamples> MetricsAsync() => new(await _client.GetStringAsync("/metrics", TestContext.Current.CancellationToken));

    private IEnumerable<string> Arguments(bool isOn, string? proxy)
    {
        var token = _folder.PathOf("admin-token");
        File.WriteAllText(token, AdminToken);
        var file = _folder.PathOf("gateway.json");
        File.WriteAllText(file, new JsonObject
        {
            ["Gateway"] = new JsonObject
            {
                ["Providers"] = new JsonObject { ["openai"] = new JsonObject { ["Kind"] = "OpenAI", ["Credentials"] = new JsonArray(new JsonObject { ["Value"] = "sk-test" }) } },
                ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "test", ["Value"] = Key }),
                ["Admin"] = new JsonObject { ["TokenFile"] = token },
                ["Store"] = new JsonObject { ["Path"] = _folder.PathOf("gateway.db") },
                ["AccessLog"] = new JsonObject { ["Target"] = "File", ["Path"] = _folder.PathOf("access.jsonl") },
                ["Transport"] = new JsonObject { ["Proxy"] = proxy },
                ["Rehearsal"] = isOn,
            },
            ["Kestrel"] = new JsonObject { ["Endpoints"] = new JsonObject { ["Main"] = new JsonObject { ["Url"] = "http://127.0.0.1:0" } } },
        }.ToJsonString());
        return ["--config", file, "--Logging:LogLevel:UltraAI.Gateway.Rehearsal=Debug"];
    }
}
