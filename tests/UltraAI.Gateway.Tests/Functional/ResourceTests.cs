using System.Diagnostics;
using System.Globalization;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>What the whole process holds, while bodies pass and after many calls.</summary>
[Collection(nameof(RunsAlone))]
public sealed class ResourceTests
{
    private const long Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_Of300Megabytes_PassesInFlatMemory(bool isChunked)
    {
        const int Pieces = 300;
        await using var gateway = await GatewayEnvironment.StartAsync();
        long received = 0;
        gateway.OpenAI.Handler = async exchange =>
        {
            received = await exchange.DiscardBodyAsync();
            await exchange.RespondJsonAsync("{}");
        };
        await using var client = await gateway.ConnectAsync();
        var piece = new byte[Megabyte];
        var (managedBefore, residentBefore) = (LiveBytes(), ResidentBytes());
        long managedPeak = 0;
        long residentPeak = 0;

        await client.SendAsync(Request.Send(
            "POST", "/openai/v1/files", [Request.Authorization, isChunked ? "Transfer-Encoding: chunked" : $"Content-Length: {Pieces * Megabyte}"]));
        for (var i = 0; i < Pieces; i++)
        {
            await client.SendAsync(isChunked ? Megabyte.ToString("x", CultureInfo.InvariantCulture) + "\r\n" : "");
            await client.SendAsync(piece);
            await client.SendAsync(isChunked ? "\r\n" : "");
            if (i % 50 == 25)
            {
                managedPeak = Math.Max(managedPeak, LiveBytes());
                residentPeak = Math.Max(residentPeak, ResidentBytes());
            }
        }

        await client.SendAsync(isChunked ? "0\r\n\r\n" : "");
        (await client.ReadResponseAsync()).AssertPassed();

        Assert.Equal(Pieces * Megabyte, received);
        Assert.InRange(managedPeak - managedBefore, long.MinValue, 30 * Megabyte);
        Assert.InRange(residentPeak - residentBefore, long.MinValue, 100 * Megabyte);
    }

    [Fact]
    public async Task Download_Of200Megabytes_PassesInFlatMemory()
    {
        const int Pieces = 200;
        await using var gateway = await GatewayEnvironment.StartAsync();
        var piece = new byte[Megabyte];
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Pieces * Megabyte}\r\n\r\n");
            for (var i = 0; i < Pieces; i++)
            {
                await exchange.WriteAsync(piece);
            }
        };
        await using var client = await gateway.ConnectAsync();

        // The first one lets the process grow to the size that it keeps; this test reads two hundred megabytes, too.
        var (received, before) = await DownloadAsync(client);
        var (again, peak) = await DownloadAsync(client);

        Assert.Equal((Pieces * Megabyte, Pieces * Megabyte), (received, again));
        Assert.InRange(peak - before, long.MinValue, 50 * Megabyte);
    }

    private static async Task<(long Received, long Peak)> DownloadAsync(RawClient client)
    {
        long peak = 0;
        long received = 0;
        await client.SendAsync(Request.Get("/openai/v1/files/x/content"));
        (await client.ReadHeadAsync()).AssertPassed();
        while (await client.ReadPieceAsync() is { Length: > 0 } bytes)
        {
            var next = received + bytes.Length;
            if (next / (50 * Megabyte) > received / (50 * Megabyte))
            {
                peak = Math.Max(peak, ResidentBytes());
            }

            received = next;
        }

        return (received, peak);
    }

    [Fact]
    public async Task DescriptorsAndMemory_After5000RequestsAnd500AbortedStreams_Return()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup { LogLevel = Microsoft.Extensions.Logging.LogLevel.Warning });
        gateway.Logs.IsRecording = false;
        gateway.OpenAI.RecordsRequests = false;
        gateway.OpenAI.Handler = AnswerOrStreamAsync;
        await RequestsAsync(gateway, 500);
        await AbortedStreamsAsync(gateway, 50);
        await IdleAsync(gateway);
        var (descriptorsBefore, managedBefore) = (Descriptors(), LiveBytes());

        await RequestsAsync(gateway, 5_000);
        await AbortedStreamsAsync(gateway, 500);
        await IdleAsync(gateway);

        await Eventually.TrueAsync(() => Math.Abs(Descriptors() - descriptorsBefore) <= 20, $"descriptors are back at about {descriptorsBefore}");
        await Eventually.TrueAsync(() => LiveBytes() - managedBefore <= 10 * Megabyte, $"live bytes are back at about {managedBefore}");
    }

    private static async Task AnswerOrStreamAsync(RawExchange exchange)
    {
        await exchange.ReadBodyAsync();
        if (exchange.Request.Method == "POST")
        {
            await exchange.RespondJsonAsync("{}");
            return;
        }

        await exchange.StartStreamAsync();
        await exchange.WriteChunkAsync("data: 1\n\n");
        await exchange.PeerClosed.WaitAsync(Deadlines.Step);
    }

    private static Task RequestsAsync(GatewayEnvironment gateway, int count) => Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
    {
        await using var client = await gateway.ConnectAsync();
        for (var i = 0; i < count / 10; i++)
        {
            (await client.ExchangeAsync(Request.Post("/openai/v1/x", "{}"))).AssertPassed();
        }
    }));

    private static async Task AbortedStreamsAsync(GatewayEnvironment gateway, int count)
    {
        for (var i = 0; i < count; i += 50)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
            {
                await using var client = await gateway.ConnectAsync();
                await client.SendAsync(Request.Get("/openai/v1/x"));
                (await client.ReadHeadAsync()).AssertPassed();
                await client.ReadTextAsync(9);
                client.Abort();
            }));
        }
    }

    /// <summary>The pooled connections that the requests left behind stay; those of the streams go.</summary>
    private static Task IdleAsync(GatewayEnvironment gateway) =>
        Eventually.TrueAsync(() => gateway.OpenAI.OpenConnections <= 10, "the aborted streams are closed at the provider");

    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;

    private static long LiveBytes() => GC.GetTotalMemory(forceFullCollection: true);

    private static long ResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
