using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Bodies that a policy has to look at are bounded together, and nobody holds them for ever (CONTRACT §3, §4).</summary>
public sealed class InspectionTests
{
    private const string Target = "/openai/v1/chat/completions";
    private const string Ending = "\"}],\"model\":\"gpt-4o\"}";
    private const string FreeKey = "free-virtual-key-0123456789";
    private const int MaxTotalBytes = 1024 * 1024;

    /// <summary>What of one slow upload is sent at first. 64 KB of it are free.</summary>
    private const int Sent = 200_000;
    private const int Counted = Sent - ClientBody.FreeBytes;

    private static readonly string Beginning = "{\"messages\":[{\"content\":\"".PadRight(Sent, 'x');

    [Fact]
    public async Task ManySlowUploads_GetQueueFull_AndTheMemoryComesBack()
    {
        await using var gateway = await StartAsync();
        var held = gateway.App.Services.GetRequiredService<HeldBodies>();
        var clients = new List<RawClient>();
        for (var i = 1; i <= MaxTotalBytes / Counted; i++)
        {
            clients.Add(await UploadAsync(gateway));
            await Eventually.TrueAsync(() => held.Bytes == i * Counted, $"{i} uploads are held");
        }

        // Refused as soon as it is known to be one too many.
        await using (var refused = await UploadAsync(gateway))
        {
            var response = await refused.ReadHeadAsync();
            response.AssertError(503, "queue_full");
            Assert.Equal("1", response["Retry-After"]);
        }

        // Short ones are not held, nor those of a key whose models are nobody's business.
        (await gateway.PostAsync(Target, """{"model":"gpt-4o"}""")).AssertPassed();
        (await gateway.SendAsync(Request.Send("POST", Target, [$"Authorization: Bearer {FreeKey}", "Content-Type: application/json"], Beginning + Ending))).AssertPassed();
        await Eventually.TrueAsync(() => held.Bytes == clients.Count * Counted, "nothing is held for the refused one");

        // One is finished, one leaves: there is room again.
        await clients[0].SendAsync(Ending);
        (await clients[0].ReadResponseAsync()).AssertPassed();
        clients[1].Abort();
        await Eventually.TrueAsync(() => held.Bytes == (clients.Count - 2) * Counted, "two are given back");
        Assert.Equal(Beginning + Ending, gateway.OpenAI.Requests[^1].BodyText);
        await using var next = await UploadAsync(gateway);
        await next.SendAsync(Ending);
        (await next.ReadResponseAsync()).AssertPassed();

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        await Eventually.TrueAsync(() => held.Bytes == 0, "all is given back");
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Sent)]
    public async Task ClientThatStallsItsBody_GetsClientTimeout(int sent)
    {
        await using var gateway = await StartAsync(c => TransportOptions.Set(c, ("Timeout", (JsonNode)"00:00:01")));
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Head() + Beginning[..(sent / 2)]);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await Task.Delay(500, TestContext.Current.CancellationToken); // The clock starts anew with each piece.
        await client.SendAsync(Beginning[(sent / 2)..sent]);
        var response = await client.ReadHeadAsync();

        response.AssertError(408, "client_timeout");
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1.45), TimeSpan.FromSeconds(4));
        Assert.Empty(gateway.OpenAI.Requests);
        await AssertFreeAsync(gateway);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientThatLeavesWithinItsBody_LeavesNothingBehind(bool byReset)
    {
        await using var gateway = await StartAsync();
        var held = gateway.App.Services.GetRequiredService<HeldBodies>();
        for (var i = 0; i < 20; i++)
        {
            await using var client = await UploadAsync(gateway);
            await Eventually.TrueAsync(() => held.Bytes == Counted, "the upload is held");
            if (byReset)
            {
                client.Abort();
            }
            else
            {
                client.Connection.Close();
            }

            await Eventually.TrueAsync(() => held.Bytes == 0, "it is given back");
        }

        Assert.Empty(gateway.OpenAI.Requests);
        Assert.Equal("", string.Join('\n', gateway.Logs.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal))));
        await AssertFreeAsync(gateway);
    }

    // One call at a time: it is free, and so is the memory.
    private static async Task AssertFreeAsync(GatewayEnvironment gateway)
    {
        await Eventually.TrueAsync(() => gateway.App.Services.GetRequiredService<HeldBodies>().Bytes == 0, "all is given back");
        (await gateway.PostAsync(Target, Beginning + Ending)).AssertPassed();
    }

    private static string Head() =>
        Request.Send("POST", Target, [Request.Authorization, "Content-Type: application/json", $"Content-Length: {Sent + Ending.Length}"]);

    private static async Task<RawClient> UploadAsync(GatewayEnvironment gateway)
    {
        var client = await gateway.ConnectAsync();
        await client.SendAsync(Head() + Beginning);
        return client;
    }

    private static Task<GatewayEnvironment> StartAsync(Action<JsonObject>? configure = null) => GatewayEnvironment.StartAsync(configuration =>
    {
        configuration["VirtualKeys"]![0]!["Models"] = new JsonArray("gpt-4o*");
        configuration["VirtualKeys"]![0]!["Limits"] = new JsonObject { ["MaxConcurrent"] = 1 };
        configuration["VirtualKeys"]!.AsArray().Add(new JsonObject { ["Name"] = "free", ["Value"] = FreeKey });
        configuration["Inspection"] = new JsonObject { ["MaxBodyBytes"] = MaxTotalBytes, ["MaxTotalBytes"] = MaxTotalBytes };
        configure?.Invoke(configuration);
    });
}
