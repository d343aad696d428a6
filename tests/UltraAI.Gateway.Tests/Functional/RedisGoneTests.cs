using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Three gateways under load while their Redis stops, dies, comes back and forgets (CONTRACT §6).</summary>
[Collection(nameof(RunsAlone))]
public sealed class RedisGoneTests(ITestOutputHelper output)
{
    /// <summary>The contract says 200 ms for the decision; this is all of the request, on a busy machine.</summary>
    private static readonly TimeSpan SlowestAnswer = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("Local")]
    [InlineData("Deny")]
    public async Task EveryRequest_IsAnsweredAtOnce_AndSharingComesBack(string onFailure)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var gateways = await Instances.StartAsync(3, configuration =>
        {
            configuration["Store"] = new JsonObject { ["Kind"] = "Redis", ["Redis"] = redis.ConnectionString, ["OnFailure"] = onFailure };
            configuration["VirtualKeys"]![0]!["Limits"] = new JsonObject { ["RequestsPerMinute"] = 60_000, ["TokensPerMinute"] = 6_000_000, ["MaxConcurrent"] = 40 };
        });
        gateways.OpenAI.RecordsRequests = false;
        await using var load = new Load(gateways);
        await load.GoesOnAsync();

        foreach (var command in new[] { "SCRIPT FLUSH", "FLUSHALL" })
        {
            await redis.CommandAsync(command);
            await load.GoesOnAsync();
            output.WriteLine($"{command}: slowest answer {load.TakeSlowest().TotalMilliseconds:0} ms");
        }

        await GoneAndBackAsync(gateways, load, onFailure, "SIGSTOP", redis.Stop, () =>
        {
            redis.Continue();
            return Task.CompletedTask;
        });
        await GoneAndBackAsync(gateways, load, onFailure, "SIGKILL", redis.Kill, redis.RestartAsync);

        Assert.True(load.Slowest < SlowestAnswer, $"the slowest answer took {load.Slowest}");
        foreach (var gateway in gateways.All)
        {
            // One line per change. Beyond the two times that it was gone, a busy machine may lose it for a moment.
            var log = RedisLog.Of(gateway);
            Assert.True(log.Count >= 4, string.Join(' ', log));
            Assert.All(log.Select((word, number) => (word, number)), entry => Assert.Equal(entry.number % 2 == 0 ? "gone" : "back", entry.word));
        }
    }

    private async Task GoneAndBackAsync(Instances gateways, Load load, string onFailure, string name, Action take, Func<Task> bring)
    {
        take();
        await Eventually.TrueAsync(() => gateways.All.All(gateway => RedisLog.Of(gateway) is [.., "gone"]), "all know");
        await load.GoesOnAsync(); // what was admitted before is answered
        load.Forget();
        await load.GoesOnAsync();
        Assert.Equal(onFailure == "Local" ? ["200", "rate_limited"] : ["store_unavailable"], load.Answers.Where(answer => answer != "concurrency_limited").Order(StringComparer.Ordinal));

        await bring();
        var watch = Stopwatch.StartNew();
        await Eventually.TrueAsync(() => gateways.All.All(gateway => RedisLog.Of(gateway) is [.., "back"]), "all have found it again", Recovery);
        var found = watch.ElapsedMilliseconds;
        load.Forget();
        await load.GoesOnAsync();
        Assert.Contains("200", load.Answers);
        output.WriteLine($"{name}: slowest answer {load.TakeSlowest().TotalMilliseconds:0} ms, found again after {found} ms");
    }

    /// <summary>Clients that ask all the time.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _clients;
        private ConcurrentDictionary<string, int> _answers = new();
        private long _slowest;
        private long _slowestOfAll;
        private int _count;

        public Load(Instances gateways) =>
            _clients = Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(() => AskAsync(gateways.All[number % gateways.All.Count]))));

        public TimeSpan Slowest => TimeSpan.FromTicks(Math.Max(Volatile.Read(ref _slowest), Volatile.Read(ref _slowestOfAll)));

        public ICollection<string> Answers => _answers.Keys;

        public void Forget() => _answers = new();

        public TimeSpan TakeSlowest()
        {
            var slowest = Interlocked.Exchange(ref _slowest, 0);
            _slowestOfAll = Math.Max(_slowestOfAll, slowest);
            return TimeSpan.FromTicks(slowest);
        }

        public Task GoesOnAsync()
        {
            var until = Volatile.Read(ref _count) + 600;
            return Eventually.TrueAsync(() => Volatile.Read(ref _count) >= until || _clients.IsFaulted, "the clients get answers");
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _clients;
            _stop.Dispose();
        }

        private async Task AskAsync(GatewayEnvironment gateway)
        {
            await using var client = await gateway.ConnectAsync();
            while (!_stop.IsCancellationRequested)
            {
                var start = Stopwatch.GetTimestamp();
                var response = await client.ExchangeAsync(Request.Post("/openai/v1/chat/completions", """{"model":"gpt-4o","max_tokens":10}"""));
                var elapsed = Stopwatch.GetElapsedTime(start).Ticks;
                _answers.AddOrUpdate(response.ErrorCode ?? "200", 1, static (_, count) => count + 1);
                for (var seen = Volatile.Read(ref _slowest); elapsed > seen; seen = Volatile.Read(ref _slowest))
                {
                    Interlocked.CompareExchange(ref _slowest, elapsed, seen);
                }

                Interlocked.Increment(ref _count);
                await Task.Delay(2);
            }
        }
    }
}
