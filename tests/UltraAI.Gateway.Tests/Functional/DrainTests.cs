using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>How the gateway stops (CONTRACT §1).</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task Health_OfARunningGateway_IsGood()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        Assert.Equal(200, (await gateway.SendAsync(Request.Send("GET", "/health/live", []))).Status);
        Assert.Equal(200, (await gateway.SendAsync(Request.Send("GET", "/health/ready", []))).Status);
    }

    [Fact]
    public async Task Stop_WithinItsDelay_IsNotReadyAndStillServes()
    {
        await using var gateway = await StartAsync(delay: "00:00:02", timeout: "00:00:05");

        var stopping = gateway.App.StopAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => (await HealthAsync(gateway, "ready")) == 503, "ready says no", TimeSpan.FromSeconds(1));

        Assert.Equal(200, await HealthAsync(gateway, "live"));
        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        await stopping.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Stop_WithARunningStream_LetsItEnd()
    {
        await using var gateway = await StartAsync(delay: "00:00:00", timeout: "00:00:10");
        var finish = new TaskCompletionSource();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: 1\n\n");
            await finish.Task.WaitAsync(Deadlines.Step);
            await exchange.WriteChunkAsync("data: 2\n\n");
            await exchange.WriteLastChunkAsync();
        };
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Get("/openai/v1/x"));
        (await client.ReadHeadAsync()).AssertPassed();
        await client.ReadTextAsync(9);

        var stopping = gateway.App.StopAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => !await AcceptsAsync(gateway), "new clients are not served any more");
        Assert.False(stopping.IsCompleted);
        finish.SetResult();

        Assert.Equal("data: 2\n\n"u8.ToArray(), await client.ReadBodyAsync());
        await stopping.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Stop_NewRequestOnAnOpenConnection_IsDraining()
    {
        await using var gateway = await StartAsync(delay: "00:00:01", timeout: "00:00:10");
        var finish = new TaskCompletionSource();
        gateway.Anthropic.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: 1\n\n");
            await finish.Task.WaitAsync(Deadlines.Step);
            await exchange.WriteLastChunkAsync();
        };
        await using var streaming = await gateway.ConnectAsync();
        await streaming.SendAsync(Request.Get("/anthropic/v1/x"));
        (await streaming.ReadHeadAsync()).AssertPassed();
        await using var open = await gateway.ConnectAsync();
        (await open.ExchangeAsync(Request.Get("/openai/v1/models"))).AssertPassed();

        var stopping = gateway.App.StopAsync(TestContext.Current.CancellationToken);
        var refused = await Eventually.ValueAsync(
            () => open.ExchangeAsync(Request.Get("/openai/v1/models")), r => r.Status != 200, "the open connection is told");

        refused.AssertError(503, "draining");
        ErrorShape.Assert("openai", refused);
        Assert.True(int.Parse(refused["Retry-After"]!, CultureInfo.InvariantCulture) >= 1);
        finish.SetResult();
        Assert.Equal("data: 1\n\n"u8.ToArray(), await streaming.ReadBodyAsync());
        await stopping.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Stop_WithACallThatNeverEnds_CutsItAfterItsTimeout()
    {
        await using var gateway = await StartAsync(delay: "00:00:00", timeout: "00:00:01");
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: 1\n\n");
            await exchange.PeerClosed.WaitAsync(Deadlines.Step);
        };
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Get("/openai/v1/x"));
        (await client.ReadHeadAsync()).AssertPassed();

        await gateway.App.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);

        await client.AssertBrokenAsync();
        await Eventually.TrueAsync(() => gateway.OpenAI.OpenConnections == 0, "the provider call is cancelled");
    }

    private static Task<GatewayEnvironment> StartAsync(string delay, string timeout) => GatewayEnvironment.StartAsync(c =>
        c["Drain"] = new JsonObject { ["Delay"] = delay, ["Timeout"] = timeout });

    private static async Task<int> HealthAsync(GatewayEnvironment gateway, string which) =>
        (await gateway.SendAsync(Request.Send("GET", "/health/" + which, []))).Status;

    /// <summary>A refused connection or any answer but 200 says no.</summary>
    private static async Task<bool> AcceptsAsync(GatewayEnvironment gateway)
    {
        try
        {
            return (await gateway.GetAsync("/google/v1beta/models")).Status == 200;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
