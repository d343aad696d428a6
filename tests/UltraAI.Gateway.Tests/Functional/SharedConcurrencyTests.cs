using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Running calls are counted over all gateways that share one Redis, whichever way they end (CONTRACT §6).</summary>
public sealed class SharedConcurrencyTests(ITestOutputHelper output)
{
    private const int Most = 20;
    private const string Target = "/openai/v1/chat/completions";
    private const string Stream = """{"model":"gpt-4o","stream":true}""";

    private static readonly TimeSpan SlotsBack = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Streams_ThatEndOrAreAborted_NeverExceedTheLimit()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var gateways = await Instances.StartAsync(3, c => Share(c, redis));
        var upstream = new HeldStreams(gateways.OpenAI);
        var (running, highest) = (0, 0);
        var watch = Stopwatch.StartNew();

        await Task.WhenAll(Enumerable.Range(0, 48).Select(number => Task.Run(async () =>
        {
            for (var call = 0; watch.Elapsed < TimeSpan.FromSeconds(4); call++)
            {
                await using var client = await gateways.All[number % 3].ConnectAsync();
                var id = $"{number}-{call}";
                if (!await StartAsync(client, id))
                {
                    await Task.Delay(5);
                    continue;
                }

                // Between the response's head and its end the call holds its slot for certain.
                InterlockedMax(ref highest, Interlocked.Increment(ref running));
                await Task.Delay(Random.Shared.Next(30));
                Interlocked.Decrement(ref running);
                if (call % 2 == 0)
                {
                    client.Abort();
                    continue;
                }

                upstream.End(id);
                Assert.EndsWith(ChatStream.Done, System.Text.Encoding.UTF8.GetString(await client.ReadBodyAsync()), StringComparison.Ordinal);
            }
        })));

        output.WriteLine($"{upstream.Count} calls, {highest} at once");
        if (gateways.All.All(gateway => RedisLog.Of(gateway).Count == 0))
        {
            Assert.InRange(highest, Most / 2, Most);
        }

        await AssertAllFreeAsync(gateways.All[0]);
    }

    [Fact]
    public async Task SlotsOfAKilledInstance_AreBackInTime()
    {
        const int Held = 15;
        await using var redis = await RedisServer.StartAsync();
        await using var gateways = await Instances.StartAsync(2, c => Share(c, redis));
        _ = new HeldStreams(gateways.OpenAI);
        await using var killed = await GatewayProcess.StartOnAsync(gateways.All[0].PathOf("gateway.json"));
        var clients = new List<RawClient>();
        for (var i = 0; i < Held; i++)
        {
            clients.Add(await RawClient.ConnectAsync(killed.Port));
            var client = clients[^1];
            await Eventually.TrueAsync(() => StartAsync(client, $"held-{i}"), "the call runs");
        }

        // The slots of the others are what is left.
        for (var i = Held; i < Most; i++)
        {
            clients.Add(await gateways.All[i % 2].ConnectAsync());
            var client = clients[^1];
            await Eventually.TrueAsync(() => StartAsync(client, $"held-{i}"), "the call runs");
        }

        (await gateways.All[0].PostAsync(Target, Stream)).AssertError(429, "concurrency_limited");
        var watch = Stopwatch.StartNew();
        await killed.Process.DisposeAsync(); // SIGKILL

        for (var i = 0; i < Held; i++)
        {
            clients.Add(await gateways.All[i % 2].ConnectAsync());
            var client = clients[^1];
            await Eventually.TrueAsync(() => StartAsync(client, $"next-{i}"), "a slot of the killed instance is back", SlotsBack - watch.Elapsed);
        }

        output.WriteLine($"{Held} slots are back after {watch.Elapsed.TotalSeconds:0.0} s");
        (await gateways.All[1].PostAsync(Target, Stream)).AssertError(429, "concurrency_limited");
        foreach (var client in clients)
        {
            client.Abort();
        }
    }

    // All slots are to be had, and not one more.
    private static async Task AssertAllFreeAsync(GatewayEnvironment gateway)
    {
        var clients = new List<RawClient>();
        for (var i = 0; i < Most; i++)
        {
            clients.Add(await gateway.ConnectAsync());
            await Eventually.TrueAsync(() => StartAsync(clients[^1], $"free-{i}"), $"{Most - i} more slots are free");
        }

        (await gateway.PostAsync(Target, Stream)).AssertError(429, "concurrency_limited");
        foreach (var client in clients)
        {
            client.Abort();
        }
    }

    private static async Task<bool> StartAsync(RawClient client, string id)
    {
        await client.SendAsync(Request.Post(Target, Stream, $"X-Id: {id}"));
        var response = await client.ReadHeadAsync();
        if (response.Status == 200)
        {
            return true;
        }

        await client.ReadBodyAsync();
        Assert.True(response.ErrorCode is "concurrency_limited" or "store_unavailable", response.Text);
        return false;
    }

    private static void InterlockedMax(ref int highest, int value)
    {
        for (var seen = Volatile.Read(ref highest); value > seen; seen = Volatile.Read(ref highest))
        {
            Interlocked.CompareExchange(ref highest, value, seen);
        }
    }

    private static void Share(JsonObject configuration, RedisServer redis)
    {
        configuration["Store"] = new JsonObject { ["Kind"] = "Redis", ["Redis"] = redis.ConnectionString, ["OnFailure"] = "Deny" };
        configuration["VirtualKeys"]![0]!["Limits"] = new JsonObject { ["MaxConcurrent"] = Most };
    }

    /// <summary>A provider whose streams go on until they are ended by their id, or the gateway leaves.</summary>
    private sealed class HeldStreams
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _held = new();

        public HeldStreams(RawUpstream upstream)
        {
            upstream.RecordsRequests = false;
            upstream.Handler = async exchange =>
            {
                await exchange.ReadBodyAsync();
                await exchange.StartStreamAsync();
                await exchange.WriteChunkAsync(ChatStream.BeforeUsage);
                await Task.WhenAny(Of(exchange.Request["X-Id"]!).Task, exchange.PeerClosed);
                await exchange.WriteChunkAsync(ChatStream.Done);
                await exchange.WriteLastChunkAsync();
            };
        }

        public int Count => _held.Count;

        public void End(string id) => Of(id).TrySetResult();

        private TaskCompletionSource Of(string id) => _held.GetOrAdd(id, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
