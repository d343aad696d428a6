using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Two instances behind a plain TCP balancer, restarted one after the other while 300 streams run (issue 7).</summary>
public sealed class RollingRestartTests
{
    private const int Streams = 300;

    [Fact]
    public async Task RollingRestart_Under300Streams_BreaksNone()
    {
        await using var simulator = await ProviderSimulator.StartAsync(null, TestContext.Current.CancellationToken);
        simulator.OpenAI.Script(_ => true, new SimulatedBehaviour { Chunks = 10, ChunkDelay = TimeSpan.FromMilliseconds(250), Text = "one two three four five six seven eight nine ten" });
        var first = await StartAsync(simulator);
        var second = await StartAsync(simulator);
        await using var balancer = new TcpBalancer();
        await balancer.AddAsync(first.Port);
        await balancer.AddAsync(second.Port);
        var seen = new ConcurrentDictionary<string, int>();
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Streams).Select(_ => StreamAsync(balancer.Port, seen, stop.Token)).ToArray();
        await Eventually.TrueAsync(() => simulator.OpenAI.ActiveRequests == Streams, "all streams run", TimeSpan.FromSeconds(60));

        first = await ReplaceAsync(first, balancer, simulator);
        second = await ReplaceAsync(second, balancer, simulator);
        await stop.CancelAsync();
        await Task.WhenAll(clients);

        await first.DisposeAsync();
        await second.DisposeAsync();
        Assert.Equal(["whole"], seen.Keys);
        Assert.True(seen["whole"] >= 2 * Streams, $"{seen["whole"]} streams");
    }

    private static async Task<ProcessGateway> ReplaceAsync(ProcessGateway old, TcpBalancer balancer, ProviderSimulator simulator)
    {
        var fresh = await StartAsync(simulator);
        await balancer.AddAsync(fresh.Port);

        Assert.Equal(0, await old.Process.TerminateAsync());

        Assert.DoesNotContain("broken off", old.Process.Output, StringComparison.Ordinal);
        balancer.Remove(old.Port);
        await old.DisposeAsync();
        return fresh;
    }

    private static Task<ProcessGateway> StartAsync(ProviderSimulator simulator) => ProcessGateway.StartAsync(
        (configuration, _) => configuration["Drain"] = new JsonObject { ["Delay"] = "00:00:03", ["Timeout"] = "00:00:30" }, simulator);

    /// <summary>Reads one stream after the other, each on a connection of its own.</summary>
    private static async Task StreamAsync(int port, ConcurrentDictionary<string, int> seen, CancellationToken stop)
    {
        const string Body = """{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Count"}]}""";
        while (!stop.IsCancellationRequested)
        {
            seen.AddOrUpdate(await ReadAsync(), 1, static (_, count) => count + 1);
        }

        async Task<string> ReadAsync()
        {
            try
            {
                await using var client = await RawClient.ConnectAsync(port);
                var response = await client.ExchangeAsync(Request.Send(
                    "POST", "/openai/v1/chat/completions", [$"Authorization: Bearer {ProcessGateway.Key}", "Content-Type: application/json", "Connection: close"], Body));
                return response.Status == 200 && response.BodyText.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal) ? "whole" : $"{response.Status} {response.ErrorCode}";
            }
            catch (Exception exception) when (exception is IOException or TimeoutException or System.Net.Sockets.SocketException)
            {
                return $"{exception.GetType().Name}: {exception.Message}";
            }
        }
    }
}
