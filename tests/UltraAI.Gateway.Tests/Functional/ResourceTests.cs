using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Documentation;
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

    // In a process of its own: this one holds what two hundred megabytes are written from and read into, too.
    [Fact]
    public async Task Download_Of200Megabytes_PassesInFlatMemory()
    {
        const int Pieces = 200;
        using var folder = new TemporaryFolder();
        await using var provider = new RawUpstream();
        await using var gateway = await GatewayProcess.StartOnAsync(ConfigurationIn(folder, provider));
        await using var client = await RawClient.ConnectAsync(gateway.Port);
        (await client.ExchangeAsync(Request.Get("/openai/v1/models"))).AssertPassed();
        var before = MemoryOf(gateway, "VmRSS");
        var piece = new byte[Megabyte];
        provider.Handler = async exchange =>
        {
            await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Pieces * Megabyte}\r\n\r\n");
            for (var i = 0; i < Pieces; i++)
            {
                await exchange.WriteAsync(piece);
            }
        };

        await client.SendAsync(Request.Get("/openai/v1/files/x/content"));
        (await client.ReadHeadAsync()).AssertPassed();
        long received = 0;
        while (received < Pieces * Megabyte && await client.ReadPieceAsync() is { Length: > 0 } bytes)
        {
            received += bytes.Length;
        }

        Assert.Equal(Pieces * Megabyte, received);
        Assert.InRange(MemoryOf(gateway, "VmHWM") - before, 0, 20 * Megabyte);
    }

    // In a process of its own: this one still closes what other tests have opened.
    [Fact]
    public async Task Descriptors_After5000RequestsAnd500AbortedStreams_Return()
    {
        using var folder = new TemporaryFolder();
        await using var provider = new RawUpstream { RecordsRequests = false, Handler = AnswerOrStreamAsync };
        await using var gateway = await GatewayProcess.StartOnAsync(ConfigurationIn(folder, provider));
        Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(gateway.Port);
        await RequestsAsync(ConnectAsync, 500);
        await AbortedStreamsAsync(ConnectAsync, 50);
        await IdleAsync(provider);
        var before = Descriptors(gateway);

        await RequestsAsync(ConnectAsync, 5_000);
        await AbortedStreamsAsync(ConnectAsync, 500);
        await IdleAsync(provider);

        await Eventually.TrueAsync(() => Math.Abs(Descriptors(gateway) - before) <= 20, $"descriptors are back at about {before}");
    }

    [Fact]
    public async Task Memory_After5000RequestsAnd500AbortedStreams_Returns()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup { LogLevel = Microsoft.Extensions.Logging.LogLevel.Warning });
        gateway.Logs.IsRecording = false;
        gateway.OpenAI.RecordsRequests = false;
        gateway.OpenAI.Handler = AnswerOrStreamAsync;
        await RequestsAsync(gateway.ConnectAsync, 500);
        await AbortedStreamsAsync(gateway.ConnectAsync, 50);
        await IdleAsync(gateway.OpenAI);
        var before = LiveBytes();

        await RequestsAsync(gateway.ConnectAsync, 5_000);
        await AbortedStreamsAsync(gateway.ConnectAsync, 500);
        await IdleAsync(gateway.OpenAI);

        await Eventually.TrueAsync(() => LiveBytes() - before <= 10 * Megabyte, $"live bytes are back at about {before}");
    }

    [Fact]
    public async Task SilentStream_WhoseUsageTheGatewayAsksFor_HoldsNoBuffer()
    {
        const int Streams = 300;
        var plain = await HeldBySilentStreamsAsync(Streams, requestUsage: "Never");
        var asking = await HeldBySilentStreamsAsync(Streams, requestUsage: "Always");

        // Client and provider are in both.
        Assert.InRange(asking - plain, long.MinValue, Streams * 16 * 1024);
    }

    private static async Task<long> HeldBySilentStreamsAsync(int count, string requestUsage)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(configuration => configuration["Providers"]!["openai"]!["RequestUsage"] = requestUsage);
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: {}\n\n");
            await exchange.PeerClosed.WaitAsync(Deadlines.Step);
        };
        var before = LiveBytes();
        var clients = await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            var client = await gateway.ConnectAsync();
            await client.SendAsync(Request.Post("/openai/v1/chat/completions", ChatStream.Body));
            (await client.ReadHeadAsync()).AssertPassed();
            await client.ReadTextAsync("data: {}".Length);
            return client;
        }));
        var held = LiveBytes() - before;
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        return held;
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

    private static Task RequestsAsync(Func<Task<RawClient>> connect, int count) => Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
    {
        await using var client = await connect();
        for (var i = 0; i < count / 10; i++)
        {
            (await client.ExchangeAsync(Request.Post("/openai/v1/x", "{}"))).AssertPassed();
        }
    }));

    private static async Task AbortedStreamsAsync(Func<Task<RawClient>> connect, int count)
    {
        for (var i = 0; i < count; i += 50)
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
            {
                await using var client = await connect();
                await client.SendAsync(Request.Get("/openai/v1/x"));
                (await client.ReadHeadAsync()).AssertPassed();
                await client.ReadTextAsync(9);
                client.Abort();
            }));
        }
    }

    /// <summary>The pooled connections that the requests left behind stay; those of the streams go.</summary>
    private static Task IdleAsync(RawUpstream provider) =>
        Eventually.TrueAsync(() => provider.OpenConnections <= 10, "the aborted streams are closed at the provider");

    private static string ConfigurationIn(TemporaryFolder folder, RawUpstream provider) => folder.Write("gateway.json", new JsonObject
    {
        ["Gateway"] = new JsonObject
        {
            ["Providers"] = new JsonObject { ["openai"] = GatewayEnvironment.Provider("OpenAI", "openai", provider) },
            ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "test", ["Value"] = GatewayEnvironment.VirtualKey }),
            ["Store"] = new JsonObject { ["Path"] = folder.PathOf("gateway.db") },
        },
    }.ToJsonString());

    /// <summary>What the kernel says of a process: <c>VmRSS</c>, what it holds now, <c>VmHWM</c>, the most that it ever held.</summary>
    private static long MemoryOf(RunningGateway gateway, string name)
    {
        var line = File.ReadLines($"/proc/{gateway.Process.Id}/status").Single(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024;
    }

    private static int Descriptors(RunningGateway gateway) => Directory.GetFiles($"/proc/{gateway.Process.Id}/fd").Length;

    private static long LiveBytes() => GC.GetTotalMemory(forceFullCollection: true);

    private static long ResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
