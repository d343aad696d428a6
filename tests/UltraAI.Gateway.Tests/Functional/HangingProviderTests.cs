using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Pools;
using Xunit;
using TransportOptions = UltraAI.Gateway.Tests.Functional.Common.TransportOptions;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A provider that never answers takes its own places, and nothing else (CONTRACT §5).</summary>
[Collection(nameof(RunsAlone))]
public sealed class HangingProviderTests
{
    private const int Running = 100;
    private const int Waiting = 2000;

    [Fact]
    public async Task With2000WaitingCalls_TheOthersAnswerAsBefore_AndOneMoreIsRefusedAtOnce()
    {
        await using var gateway = await StartAsync(Running, Waiting);
        gateway.OpenAI.Handler = exchange => exchange.PeerClosed;
        await using var other = await gateway.ConnectAsync();
        await MedianAsync(other);
        var before = await MedianAsync(other);

        var clients = await Task.WhenAll(Enumerable.Range(0, Running + Waiting).Select(_ => gateway.ConnectAsync()));
        await Task.WhenAll(clients.Select(client => client.SendAsync(Request.Post("/openai/v1/x", "{}"))));
        await Eventually.TrueAsync(
            () => gateway.Measurements.Sum("ultraai.queue.depth", "provider=openai") == Waiting, "2,000 wait", TimeSpan.FromSeconds(60));
        Assert.Equal(Running, gateway.Measurements.Sum("ultraai.calls.active", "provider=openai"));

        // The best of some rounds: other work on this machine only ever adds.
        var during = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            during = await MedianAsync(other) is var median && median < during ? median : during;
        }

        Assert.True(during < (2 * before) + TimeSpan.FromMilliseconds(1), $"{during.TotalMilliseconds} ms; before it was {before.TotalMilliseconds} ms");
        var watch = Stopwatch.StartNew();
        (await gateway.PostAsync("/openai/v1/x", "{}")).AssertError(503, "queue_full");
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);

        foreach (var client in clients)
        {
            client.Abort();
        }

        await AtZeroAsync(gateway);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task After10000AbortedCalls_NoPlaceIsHeld()
    {
        const int Clients = 50;
        await using var gateway = await StartAsync(20, 20);
        gateway.OpenAI.RecordsRequests = false;
        gateway.OpenAI.Handler = async exchange =>
        {
            if (exchange.Request.Target.EndsWith("/stream", StringComparison.Ordinal))
            {
                await exchange.StartStreamAsync();
                await exchange.WriteChunkAsync("data: 1\n\n");
            }

            await exchange.PeerClosed;
        };

        // Some run, some wait, some are refused, some have begun to stream; all leave.
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(async () =>
        {
            for (var i = 0; i < 10_000 / Clients; i++)
            {
                await using var client = await gateway.ConnectAsync();
                await client.SendAsync((number % 2) switch { 0 => Request.Get("/openai/v1/stream"), _ => Request.Post("/openai/v1/x", "{}") });
                if (i % 4 == 0)
                {
                    await Task.Delay(2);
                }

                client.Abort();
            }
        })));

        await AtZeroAsync(gateway);
        gateway.OpenAI.Handler = exchange => exchange.RespondJsonAsync("{}");
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gateway.GetAsync("/openai/v1/x"))), response => response.AssertPassed());
    }

    // In a process of its own, where nothing else opens any.
    [Fact]
    public async Task Descriptors_StayAtWhatClientsAndPlacesNeed()
    {
        const int Places = 50;
        const int Clients = 300;
        const int Slack = 20;
        using var folder = new TemporaryFolder();
        await using var provider = new RawUpstream();
        await using var gateway = await GatewayProcess.StartOnAsync(folder.Write("gateway.json", new JsonObject
        {
            ["Gateway"] = new JsonObject
            {
                ["Providers"] = new JsonObject { ["openai"] = GatewayEnvironment.Provider("OpenAI", "openai", provider) },
                ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "test", ["Value"] = GatewayEnvironment.VirtualKey }),
                ["Store"] = new JsonObject { ["Path"] = folder.PathOf("gateway.db") },
                ["Transport"] = new JsonObject { ["MaxCallsPerOrigin"] = Places, ["MaxQueuedCallsPerOrigin"] = Clients },
            },
        }.ToJsonString()));
        var warm = await RawClient.ConnectAsync(gateway.Port);
        (await warm.ExchangeAsync(Request.Get("/openai/v1/models"))).AssertPassed();
        var before = DescriptorsOf(gateway);
        provider.Handler = exchange => exchange.PeerClosed;

        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => RawClient.ConnectAsync(gateway.Port)));
        await Task.WhenAll(clients.Select(client => client.SendAsync(Request.Post("/openai/v1/x", "{}"))));
        await Eventually.TrueAsync(() => provider.OpenConnections == Places, "all places are taken");
        await Eventually.TrueAsync(() => DescriptorsOf(gateway) >= before + Clients, "all clients are there");
        Assert.InRange(DescriptorsOf(gateway), before + Clients, before + Clients + Places + Slack);
        Assert.Equal(Places, provider.OpenConnections);

        foreach (var client in clients)
        {
            client.Abort();
            await client.DisposeAsync();
        }

        await Eventually.TrueAsync(() => DescriptorsOf(gateway) <= before + Slack, $"descriptors are back at about {before}");
        await warm.DisposeAsync();
    }

    private static int DescriptorsOf(RunningGateway gateway) => Directory.GetFiles($"/proc/{gateway.Process.Id}/fd").Length;

    private static async Task AtZeroAsync(GatewayEnvironment gateway)
    {
        Assert.True(gateway.App.Services.GetRequiredService<IProviderSource>().Providers.TryGet("openai", out var provider));
        await Eventually.TrueAsync(
            () => gateway.Measurements.Sum("ultraai.calls.active") == 0 && gateway.Measurements.Sum("ultraai.queue.depth") == 0
                && provider.Pool!.Destinations[0].Gate is { Running: 0, Waiting: 0 },
            "no place is held",
            TimeSpan.FromSeconds(60));
        Assert.Equal(0, gateway.App.Services.GetRequiredService<ProviderStates>().Read(provider).Destinations[0].ActiveCalls);
    }

    private static async Task<TimeSpan> MedianAsync(RawClient client)
    {
        var times = new TimeSpan[101];
        for (var i = 0; i < times.Length; i++)
        {
            var watch = Stopwatch.StartNew();
            (await client.ExchangeAsync(Request.Post("/anthropic/v1/x", "{}"))).AssertPassed();
            times[i] = watch.Elapsed;
        }

        Array.Sort(times);
        return times[times.Length / 2];
    }

    private static Task<GatewayEnvironment> StartAsync(int running, int waiting) => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        LogLevel = LogLevel.Warning,
        Configure = c => TransportOptions.Set(
            c, ("MaxCallsPerOrigin", running), ("MaxQueuedCallsPerOrigin", waiting), ("Timeout", "00:10:00")),
    });
}
