using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>The playground's calls: /ultra by an operator, under a virtual key that it names (CONTRACT §9).</summary>
public sealed class DashboardUltraTests
{
    private const string Body = """{"stream":true,"messages":[{"role":"user","content":"How many moons has Mars?"}]}""";

    [Fact]
    public async Task Run_UnderANamedKey_IsStreamedAndMeteredAsThatKey()
    {
        await using var simulator = await ProviderSimulator.StartAsync(null, TestContext.Current.CancellationToken);
        await using var gateway = await StartAsync(simulator);
        var client = await DashboardClient.SignInAsync(gateway);

        var answer = await client.SendAsync("POST", "/dashboard/ultra?key=play", Body);

        Assert.True(answer.Status == 200, answer.Everything);
        Assert.Equal("text/event-stream", answer["Content-Type"]);
        Assert.Equal("no-store", answer["Cache-Control"]);
        Assert.Contains("event: run.completed", answer.BodyText, StringComparison.Ordinal);
        var rows = await Eventually.ValueAsync(
            async () => (await client.GetAsync("/admin/usage?by=key")).Json().GetProperty("rows"), rows => rows.GetArrayLength() > 0, "the run is in the ledger");
        Assert.Equal("play", Assert.Single(rows.EnumerateArray()).GetProperty("key").GetString());
        var sent = simulator.All.SelectMany(provider => provider.Requests).SelectMany(request => request.Headers).ToArray();
        Assert.NotEmpty(sent);
        Assert.DoesNotContain(sent, field => field.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase) || field.Key.Equals("x-ultraai-csrf", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Presets_AreThoseOfTheNamedKey()
    {
        await using var simulator = await ProviderSimulator.StartAsync(null, TestContext.Current.CancellationToken);
        await using var gateway = await StartAsync(simulator);
        var client = await DashboardClient.SignInAsync(gateway);

        var all = (await client.GetAsync("/dashboard/ultra/presets?key=play")).Json().GetProperty("presets");
        var none = (await client.GetAsync("/dashboard/ultra/presets?key=google-only")).Json().GetProperty("presets");

        Assert.Equal("ultra", Assert.Single(all.EnumerateArray()).GetProperty("id").GetString());
        Assert.Empty(none.EnumerateArray());
    }

    [Theory]
    [InlineData("/dashboard/ultra?key=nobody", 404, "not_found")]
    [InlineData("/dashboard/ultra", 404, "not_found")]
    [InlineData("/dashboard/ultra?key=off", 401, "invalid_key")]
    [InlineData("/dashboard/ultra?key=google-only", 403, "provider_not_allowed")]
    [InlineData("/dashboard/ultra?key=elsewhere", 403, "network_not_allowed")]
    public async Task Key_ThatMayNot_IsRefusedAsOnUltra(string target, int status, string code)
    {
        await using var simulator = await ProviderSimulator.StartAsync(null, TestContext.Current.CancellationToken);
        await using var gateway = await StartAsync(simulator);
        var client = await DashboardClient.SignInAsync(gateway);

        (await client.SendAsync("POST", target, Body)).AssertError(status, code);

        Assert.All(simulator.All, provider => Assert.Empty(provider.Requests));
    }

    [Fact]
    public async Task VirtualKey_InPlaceOfASession_IsRefused()
    {
        await using var simulator = await ProviderSimulator.StartAsync(null, TestContext.Current.CancellationToken);
        await using var gateway = await StartAsync(simulator);

        (await gateway.PostAsync("/dashboard/ultra?key=play", Body)).AssertError(401, "invalid_key");
        (await gateway.SendAsync(Request.Send("POST", "/dashboard/ultra?key=play", ["Content-Type: application/json"], Body))).AssertError(401, "invalid_key");
    }

    [Fact]
    public async Task Navigation_IsRefused()
    {
        await using var simulator = await ProviderSimulator.StartAsync(null, TestContext.Current.CancellationToken);
        await using var gateway = await StartAsync(simulator);
        var client = await DashboardClient.SignInAsync(gateway);

        (await client.GetAsync("/dashboard/ultra/presets?key=play", "Sec-Fetch-Mode: navigate")).AssertError(403, "navigation_refused");
    }

    [Fact]
    public async Task Run_Cancelled_EndsWithItsEvent()
    {
        await using var simulator = await ProviderSimulator.StartAsync(null, TestContext.Current.CancellationToken);
        await using var gateway = await StartAsync(simulator);
        simulator.OpenAI.Script(_ => true, SimulatedBehaviour.Hang);
        var client = await DashboardClient.SignInAsync(gateway);
        await using var connection = await gateway.ConnectAsync();
        await connection.SendAsync(Request.Send("POST", "/dashboard/ultra?key=play", [client.Cookie, client.Csrf, "Content-Type: application/json"], Body));
        var head = await connection.ReadHeadAsync();

        var other = await client.SendAsync("DELETE", $"/dashboard/ultra/runs/{head["x-ultraai-run-id"]}?key=google-only");
        var cancelled = await client.SendAsync("DELETE", $"/dashboard/ultra/runs/{head["x-ultraai-run-id"]}?key=play");

        Assert.Equal((404, 202), (other.Status, cancelled.Status));
        Assert.Contains("event: run.cancelled", System.Text.Encoding.UTF8.GetString(await connection.ReadBodyAsync()), StringComparison.Ordinal);
    }

    private static Task<GatewayEnvironment> StartAsync(ProviderSimulator simulator) => SimulatorGateway.StartAsync(simulator, configuration =>
    {
        configuration["VirtualKeys"] = new JsonArray(
            new JsonObject { ["Name"] = "play", ["Value"] = GatewayEnvironment.VirtualKey },
            new JsonObject { ["Name"] = "off", ["Value"] = "uag-dashboard-tests-off", ["Enabled"] = false },
            new JsonObject { ["Name"] = "elsewhere", ["Value"] = "uag-dashboard-tests-elsewhere", ["AllowedNetworks"] = new JsonArray("203.0.113.0/24") },
            new JsonObject { ["Name"] = "google-only", ["Value"] = "uag-dashboard-tests-google", ["Providers"] = new JsonArray("google") });
        configuration["Ultra"] = new JsonObject
        {
            ["Presets"] = new JsonObject
            {
                ["ultra"] = new JsonObject { ["Members"] = new JsonArray("openai/model-a", "anthropic/model-b"), ["Lead"] = "openai/model-a" },
            },
        };
    });
}
