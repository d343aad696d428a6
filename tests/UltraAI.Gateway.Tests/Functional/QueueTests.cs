using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Bounded calls per origin, waiting in order (CONTRACT §5).</summary>
public sealed class QueueTests
{
    [Fact]
    public async Task Call_BeyondTheQueue_IsRefusedAtOnceAndTheOthersAreServed()
    {
        await using var gateway = await StartAsync(running: 2, queued: 3);
        using var gate = new HeldUpstream(gateway.OpenAI);
        var clients = await ConnectAsync(gateway, 6);

        var answers = clients.ConvertAll(c => c.ExchangeAsync(Request.Get("/openai/v1/x")));
        var refused = await await Task.WhenAny(answers);

        refused.AssertError(503, "queue_full");
        Assert.True(int.Parse(refused["Retry-After"]!, CultureInfo.InvariantCulture) >= 1);
        ErrorShape.Assert("openai", refused);
        Assert.Equal(1, answers.Count(a => a.IsCompleted));
        await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 2, "two calls run");
        gate.Open();
        var all = await Task.WhenAll(answers);
        Assert.Equal(5, all.Count(a => a.Status == 200));
        Assert.Equal(5, gateway.OpenAI.Requests.Count);
        Assert.InRange(gateway.OpenAI.AcceptedConnections, 1, 2);
        await DisposeAsync(clients);
    }

    [Fact]
    public async Task Calls_Waiting_AreServedInTheirOrder()
    {
        await using var gateway = await StartAsync(running: 1, queued: 5);
        using var gate = new HeldUpstream(gateway.Upstream("openai"));
        var clients = await ConnectAsync(gateway, 6);

        var answers = new List<Task<RawResponse>>();
        for (var i = 0; i < clients.Count; i++)
        {
            answers.Add(clients[i].ExchangeAsync(Request.Get($"/openai/v1/{i}")));
            await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 1, "the first call runs");
            await WaitForDepthAsync(gateway, i);
        }

        gate.Open();
        await Task.WhenAll(answers);
        Assert.Equal(["/v1/0", "/v1/1", "/v1/2", "/v1/3", "/v1/4", "/v1/5"], gateway.OpenAI.Requests.Select(r => r.Target));
        await DisposeAsync(clients);
    }

    [Fact]
    public async Task Slot_OfACallThatItsClientLeft_ComesBack()
    {
        await using var gateway = await StartAsync(running: 2, queued: 2);
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: 1\n\n");
            await exchange.PeerClosed.WaitAsync(Deadlines.Step);
        };

        for (var round = 0; round < 10; round++)
        {
            var clients = await ConnectAsync(gateway, 2);
            foreach (var client in clients)
            {
                await client.SendAsync(Request.Get("/openai/v1/x"));
                (await client.ReadHeadAsync()).AssertPassed();
            }

            Assert.Equal(2, gateway.OpenAI.OpenConnections);
            clients.ForEach(c => c.Abort());
            await Eventually.TrueAsync(() => gateway.OpenAI.OpenConnections == 0, "the provider calls are cancelled");
            await DisposeAsync(clients);
        }
    }

    [Fact]
    public async Task Slot_IsHeldToTheEndOfTheBody()
    {
        await using var gateway = await StartAsync(running: 1, queued: 1);
        var release = new TaskCompletionSource();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: 1\n\n");
            await release.Task.WaitAsync(Deadlines.Step);
            await exchange.WriteLastChunkAsync();
        };
        await using var first = await gateway.ConnectAsync();
        await using var second = await gateway.ConnectAsync();

        await first.SendAsync(Request.Get("/openai/v1/first"));
        (await first.ReadHeadAsync()).AssertPassed();
        var waiting = second.ExchangeAsync(Request.Get("/openai/v1/second"));
        await WaitForDepthAsync(gateway, 1);
        Assert.Single(gateway.OpenAI.Requests);
        release.SetResult();

        (await waiting).AssertPassed();
        Assert.Equal("data: 1\n\n"u8.ToArray(), await first.ReadBodyAsync());
    }

    [Fact]
    public async Task Slot_OfEveryKindOfEnding_ComesBack()
    {
        await using var gateway = await StartAsync(running: 1, queued: 1);
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            switch (exchange.Request.Target)
            {
                case "/cut":
                    await exchange.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab");
                    exchange.Close();
                    break;
                case "/die":
                    exchange.Abort();
                    break;
                case "/empty":
                    await exchange.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n");
                    break;
                default:
                    await exchange.RespondAsync(exchange.Request.Target == "/error" ? "500 X" : "200 OK", "{}");
                    break;
            }
        };

        for (var round = 0; round < 3; round++)
        {
            (await gateway.PostAsync("/openai/fine", "{}")).AssertPassed();
            (await gateway.PostAsync("/openai/error", "{}")).AssertPassed(500);
            (await gateway.PostAsync("/openai/die", "{}")).AssertError(502, "upstream_unreachable");
            (await gateway.PostAsync("/openai/empty", "{}")).AssertPassed(204);
            await Assert.ThrowsAsync<BrokenTransferException>(() => gateway.PostAsync("/openai/cut", "{}"));
        }
    }

    [Fact]
    public async Task Provider_ThatIsFull_DelaysNoOther()
    {
        await using var gateway = await StartAsync(running: 1, queued: 1);
        using var gate = new HeldUpstream(gateway.OpenAI);
        var clients = await ConnectAsync(gateway, 3);

        var answers = clients.ConvertAll(c => c.ExchangeAsync(Request.Get("/openai/v1/x")));
        (await await Task.WhenAny(answers)).AssertError(503, "queue_full");

        (await gateway.GetAsync("/anthropic/v1/models")).AssertPassed();
        (await gateway.GetAsync("/google/v1beta/models")).AssertPassed();
        gate.Open();
        await Task.WhenAll(answers);
        await DisposeAsync(clients);
    }

    private static Task<GatewayEnvironment> StartAsync(int running, int queued) => GatewayEnvironment.StartAsync(c =>
        TransportOptions.Set(c, ("MaxCallsPerOrigin", (JsonNode)running), ("MaxQueuedCallsPerOrigin", (JsonNode)queued)));

    private static async Task<List<RawClient>> ConnectAsync(GatewayEnvironment gateway, int count) =>
        [.. await Task.WhenAll(Enumerable.Range(0, count).Select(_ => gateway.ConnectAsync()))];

    private static async Task DisposeAsync(List<RawClient> clients)
    {
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private static Task WaitForDepthAsync(GatewayEnvironment gateway, int depth) =>
        Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.queue.depth", "provider=openai") == depth, $"{depth} calls wait");
}
