using System.Diagnostics;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A client that goes away cancels its provider call within a second (CONTRACT §2).</summary>
public sealed class ClientAbortTests
{
    /// <summary>The contract says one second; the rest is for a busy machine that runs the test.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1.5);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Abort_WhileWaitingForTheHead_ClosesTheProviderConnection(bool byReset)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var arrived = new TaskCompletionSource<RawExchange>();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            arrived.SetResult(exchange);
            await exchange.PeerClosed.WaitAsync(Deadlines.Step);
        };
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Post("/openai/v1/chat/completions", "{}"));
        var call = await arrived.Task.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
        Leave(client, byReset);

        await AssertClosesAsync(call);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Abort_WithinAStream_ClosesTheProviderConnection(bool byReset)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var started = new TaskCompletionSource<RawExchange>();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: 1\n\n");
            started.SetResult(exchange);
            await exchange.PeerClosed.WaitAsync(Deadlines.Step);
        };
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Post("/openai/v1/chat/completions", "{}"));
        await client.ReadHeadAsync();
        Assert.Equal("data: 1\n\n", await client.ReadTextAsync(9));
        var call = await started.Task;
        Leave(client, byReset);

        await AssertClosesAsync(call);
    }

    [Theory]
    [InlineData("Content-Length: 1000000", "")]
    [InlineData("Transfer-Encoding: chunked", "20000\r\n")]
    public async Task Abort_WithinAnUpload_ClosesTheProviderConnection(string framing, string start)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var started = new TaskCompletionSource<RawExchange>();
        Exception? end = null;
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadPieceAsync();
            started.SetResult(exchange);
            end = await Record.ExceptionAsync(exchange.ReadBodyAsync);
        };
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Send("POST", "/openai/v1/files", [Request.Authorization, framing]) + start + new string('x', 100_000));
        var call = await started.Task.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
        client.Abort();

        await AssertClosesAsync(call);
        await Eventually.TrueAsync(() => end is BrokenTransferException, "the upload ends broken at the provider");
    }

    [Fact]
    public async Task Abort_WhileWaitingInTheQueue_NeverReachesTheProvider()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
            c["Transport"] = new System.Text.Json.Nodes.JsonObject { ["MaxCallsPerOrigin"] = 1, ["MaxQueuedCallsPerOrigin"] = 1 });
        var release = new TaskCompletionSource();
        gateway.OpenAI.Handler = async exchange =>
        {
            await release.Task.WaitAsync(Deadlines.Step);
            await exchange.RespondJsonAsync("{}");
        };
        await using var running = await gateway.ConnectAsync();
        await using var waiting = await gateway.ConnectAsync();
        await running.SendAsync(Request.Get("/openai/v1/running"));
        await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 1, "the first call runs");
        await waiting.SendAsync(Request.Get("/openai/v1/waiting"));

        // The queue holds one: it is taken when a further call is refused, and free again when one is not.
        await Eventually.TrueAsync(async () => await IsRefusedAsync(gateway), "the queue is full");
        waiting.Abort();
        await Eventually.TrueAsync(async () => !await IsRefusedAsync(gateway), "the queue has room again");
        release.SetResult();

        (await running.ReadResponseAsync()).AssertPassed();
        Assert.DoesNotContain(gateway.OpenAI.Requests, r => r.Target == "/v1/waiting");
    }

    [Fact]
    public async Task Abort_Of200StreamsAtOnce_ClosesAllProviderConnections()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup { LogLevel = Microsoft.Extensions.Logging.LogLevel.Warning });
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: 1\n\n");
            await exchange.PeerClosed.WaitAsync(Deadlines.Step);
        };
        var clients = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => gateway.ConnectAsync()));
        await Task.WhenAll(clients.Select(async client =>
        {
            await client.SendAsync(Request.Get("/openai/v1/x"));
            await client.ReadHeadAsync();
            await client.ReadTextAsync(9);
        }));
        Assert.Equal(200, gateway.OpenAI.OpenConnections);

        foreach (var client in clients)
        {
            client.Abort();
        }

        await Eventually.TrueAsync(() => gateway.OpenAI.OpenConnections == 0, "all 200 are closed", Bound);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private static void Leave(RawClient client, bool byReset)
    {
        if (byReset)
        {
            client.Abort();
        }
        else
        {
            client.Connection.Close();
        }
    }

    private static async Task AssertClosesAsync(RawExchange call)
    {
        var watch = Stopwatch.StartNew();
        await call.PeerClosed.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
        Assert.True(watch.Elapsed < Bound, $"The provider saw the close only after {watch.Elapsed}.");
    }

    /// <summary>Asks whether one more call would be refused, without leaving one behind.</summary>
    private static async Task<bool> IsRefusedAsync(GatewayEnvironment gateway)
    {
        await using var probe = await gateway.ConnectAsync();
        await probe.SendAsync(Request.Get("/openai/v1/probe"));
        var head = probe.ReadHeadAsync();
        var first = await Task.WhenAny(head, Task.Delay(200, TestContext.Current.CancellationToken));
        if (first != head)
        {
            probe.Abort();
            await Record.ExceptionAsync(() => head);
            return false;
        }

        return (await head).ErrorCode == "queue_full";
    }
}
