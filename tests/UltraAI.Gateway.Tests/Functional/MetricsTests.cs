using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>/metrics and who may read it (CONTRACT §7).</summary>
[Collection(nameof(RunsAlone))]
public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_AfterTraffic_HaveTheBuiltInMeters()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();

        // Durations are recorded after the client has its response.
        var metrics = await Eventually.ValueAsync(
            gateway.MetricsAsync,
            m => m.Has("http_client_request_duration_seconds_count") && m.Has("http_server_request_duration_seconds_count"),
            "both sides of the call are exported");

        Assert.True(metrics.Has("http_client_open_connections"), metrics.Text);
        Assert.True(metrics.Has("kestrel_active_connections"), metrics.Text);
        Assert.True(metrics.Has("dotnet_gc_"), metrics.Text);
        Assert.Contains($"server_port=\"{gateway.OpenAI.Port}\"", metrics.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/openai/v1/models")]
    [InlineData($"http://{Request.Host}/openai/v1/models")]
    public async Task ActiveRequests_OfAClientThatLeftBeforeItsRefusal_AreNoMore(string target)
    {
        var gone = new ClientGone();
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup { Services = gone.AddTo });

        await gone.SendAsync(gateway, target);

        await Eventually.TrueAsync(async () => (await gateway.MetricsAsync()).Has("http_server_request_duration_seconds_count"), "the request is timed");
        var metrics = await gateway.MetricsAsync();
        Assert.Equal(1, metrics.Sum("http_server_active_requests"));
    }

    [Theory]
    [InlineData("text/plain", false)]
    [InlineData("application/openmetrics-text; version=1.0.0", true)]
    public async Task Metrics_InEitherFormat_AreWhole(string accept, bool hasEnd)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();

        await Eventually.TrueAsync(
            async () => (await ScrapeAsync()).Contains("\nhttp_server_request_duration_seconds_count{", StringComparison.Ordinal), "the request is timed");
        var text = await ScrapeAsync();

        Assert.Equal(hasEnd ? 1 : 0, text.Split("# EOF").Length - 1);
        Assert.True(!hasEnd || text.EndsWith("\n# EOF\n", StringComparison.Ordinal), text[^100..]);
        Assert.Equal(1, text.Split("# TYPE http_client_request_duration_seconds histogram\n").Length - 1);
        Assert.Contains("http_route=\"/openai/{**target}\"", text, StringComparison.Ordinal);

        async Task<string> ScrapeAsync() => (await gateway.SendAsync(Request.Send("GET", "/metrics", [$"Accept: {accept}", "Accept-Encoding: gzip"]))).BodyText;
    }

    [Theory]
    [InlineData("ok")]
    [InlineData("client_error")]
    [InlineData("provider_error")]
    [InlineData("unreachable")]
    [InlineData("cut")]
    [InlineData("cancelled")]
    [InlineData("refused")]
    public async Task Requests_OfEachOutcome_AreCounted(string outcome)
    {
        var provider = "metrics-" + outcome.Replace('_', '-');
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
            c["Providers"]![provider] = GatewayEnvironment.Provider("OpenAI", provider, (string)c["Providers"]!["openai"]!["BaseUrl"]!));
        gateway.OpenAI.Handler = exchange => AnswerAsync(exchange, outcome);

        await ProvokeAsync(gateway, provider, outcome);

        var metrics = await Eventually.ValueAsync(
            gateway.MetricsAsync, m => m.Sum("ultraai_requests_total", $"provider=\"{provider}\"") > 0, "the request is counted");
        Assert.Equal(1, metrics.Sum("ultraai_requests_total", $"provider=\"{provider}\"", $"outcome=\"{outcome}\""));
        Assert.Equal(1, metrics.Sum("ultraai_requests_total", $"provider=\"{provider}\""));
    }

    [Fact]
    public async Task Reload_Rejected_IsCounted()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        gateway.ReplaceFile("gateway.json", "{");

        await Eventually.TrueAsync(
            async () => (await gateway.MetricsAsync()).Sum("ultraai_config_reloads_total", "outcome=\"rejected\"") == 1, "the reload is counted");
    }

    [Fact]
    public async Task Guarded_ForAnotherNetwork_AsksForTheAdminToken()
    {
        const string Target = "/metrics";
        using var file = new TemporaryFile(GatewayEnvironment.AdminToken);
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
            c["Admin"] = new JsonObject { ["TokenFile"] = file.Path, ["AllowedNetworks"] = new JsonArray("10.0.0.0/8") });

        var without = await gateway.SendAsync(Request.Send("GET", Target, []));
        var withVirtualKey = await gateway.GetAsync(Target);
        var forged = await gateway.SendAsync(Request.Send("GET", Target, ["X-Forwarded-For: 10.1.2.3"]));
        var with = await gateway.SendAsync(Request.Send("GET", Target, [$"Authorization: Bearer {GatewayEnvironment.AdminToken}"]));

        Assert.True(without.Status is 401 or 403, without.Everything);
        Assert.True(withVirtualKey.Status is 401 or 403, withVirtualKey.Everything);
        Assert.True(forged.Status is 401 or 403, forged.Everything);
        Assert.Equal(200, with.Status);
    }

    [Fact]
    public async Task Guarded_ForAnAllowedNetwork_IsOpen()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        Assert.Equal(200, (await gateway.SendAsync(Request.Send("GET", "/metrics", []))).Status);
    }

    [Fact]
    public async Task AdminToken_OnAProviderRoute_IsNoVirtualKey()
    {
        using var file = new TemporaryFile(GatewayEnvironment.AdminToken);
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["Admin"] = new JsonObject { ["TokenFile"] = file.Path });

        var response = await gateway.SendAsync(Request.Send("GET", "/openai/v1/models", [$"Authorization: Bearer {GatewayEnvironment.AdminToken}"]));

        response.AssertError(401, "invalid_key");
    }

    private static async Task AnswerAsync(RawExchange exchange, string outcome)
    {
        await exchange.ReadBodyAsync();
        switch (outcome)
        {
            case "client_error":
                await exchange.RespondAsync("422 X", "{}");
                break;
            case "provider_error":
                await exchange.RespondAsync("500 X", "{}");
                break;
            case "unreachable":
                exchange.Close();
                break;
            case "cut":
                await exchange.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab");
                exchange.Close();
                break;
            case "cancelled":
                await exchange.PeerClosed.WaitAsync(Deadlines.Step);
                break;
            default:
                await exchange.RespondJsonAsync("{}");
                break;
        }
    }

    private static async Task ProvokeAsync(GatewayEnvironment gateway, string provider, string outcome)
    {
        await using var client = await gateway.ConnectAsync();
        var request = Request.Post($"/{provider}/v1/x", "{}");
        await client.SendAsync(outcome == "refused" ? request.Replace("Bearer ", "Bearer x", StringComparison.Ordinal) : request);
        if (outcome == "cancelled")
        {
            await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 1, "the call runs");
            client.Abort();
            return;
        }

        // How each of them ends for the client is the business of other tests.
        await Record.ExceptionAsync(() => client.ReadResponseAsync());
    }
}
