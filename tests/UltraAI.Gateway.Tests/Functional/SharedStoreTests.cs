using System.Diagnostics;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Keys, usage and budgets of several gateways on one Redis (CONTRACT §6, §9).</summary>
public sealed class SharedStoreTests(ITestOutputHelper output)
{
    private const string Target = "/openai/v1/chat/completions";

    private static readonly TimeSpan InForce = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task KeyRevokedOverOne_IsRefusedByTheOther_WhileItIsUsed()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var gateways = await Instances.StartAsync(2, c => Share(c, redis), hasAdminToken: true);
        gateways.OpenAI.RecordsRequests = false;
        var admin = new AdminClient(gateways.All[0]);
        var key = await admin.CreateAsync("""{"name":"shared","limits":{"requests_per_minute":100000}}""");
        await Eventually.TrueAsync(async () => (await AdminClient.UseAsync(gateways.All[1], key)).Status == 200, "the key works over both", InForce);
        var answered = 0;
        var end = new TaskCompletionSource();

        // The other instance has the key in use all the time.
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await using var client = await gateways.All[1].ConnectAsync();
            while (!end.Task.IsCompleted)
            {
                var response = await client.ExchangeAsync(Request.Send("GET", "/openai/v1/models", [$"Authorization: Bearer {key}"]));
                Interlocked.Increment(ref answered);
                if (response.Status != 200)
                {
                    response.AssertError(401, "invalid_key");
                    return Stopwatch.GetTimestamp();
                }

                await Task.Delay(1);
            }

            return 0;
        })).ToArray();
        await Eventually.TrueAsync(() => Volatile.Read(ref answered) >= 50, "the key is in use");
        Assert.Equal(204, (await admin.DeleteAsync("/admin/keys/shared")).Status);
        var deleted = Stopwatch.GetTimestamp();

        var refused = await Task.WhenAll(clients).WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
        var slowest = Stopwatch.GetElapsedTime(deleted, refused.Max());
        output.WriteLine($"refused by the other after {slowest.TotalMilliseconds:0} ms");
        Assert.True(slowest < InForce, $"{slowest}");
        (await AdminClient.UseAsync(gateways.All[0], key)).AssertError(401, "invalid_key");
        (await AdminClient.UseAsync(gateways.All[1], key)).AssertError(401, "invalid_key");
    }

    [Fact]
    public async Task UsageOfThreeInstances_IsAddedUpExactly()
    {
        const int Calls = 900;
        await using var redis = await RedisServer.StartAsync();
        await using var gateways = await Instances.StartAsync(3, c => Share(c, redis), hasAdminToken: true);
        gateways.OpenAI.RecordsRequests = false;
        var (next, input, written) = (0, 0L, 0L);
        gateways.OpenAI.Handler = exchange =>
        {
            var number = Interlocked.Increment(ref next);
            var (read, answer) = (number * 7, number % 13);
            Interlocked.Add(ref input, read);
            Interlocked.Add(ref written, answer);
            return exchange.RespondJsonAsync($$$"""{"usage":{"prompt_tokens":{{{read}}},"completion_tokens":{{{answer}}}}}""");
        };

        await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(async () =>
        {
            await using var client = await gateways.All[number % 3].ConnectAsync();
            for (var call = 0; call < Calls / 12; call++)
            {
                (await client.ExchangeAsync(Request.Post(Target, """{"model":"gpt-4o"}"""))).AssertPassed();
            }
        })));

        foreach (var gateway in gateways.All)
        {
            var row = Assert.Single(await ReportedUsage.ReadAsync(gateway, Calls));
            Assert.Equal(new ReportedUsage("openai", "gpt-4o", Calls, input, 0, 0, written, (input * 2_500) + (written * 1_000_000), 0), row);
        }
    }

    [Fact]
    public async Task BudgetOfTwoInstances_IsNeverExceeded_AlsoWhenOneIsKilled()
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: true);
        await using var gateways = await Instances.StartAsync(1, c => Share(c, redis, new JsonObject { ["Usd"] = 1, ["Period"] = "Total" }));
        gateways.OpenAI.RecordsRequests = false;
        var (calls, tokens) = (0, 0);

        // At most 10 tokens at 0.001 USD: 0.01 USD a call.
        gateways.OpenAI.Handler = exchange =>
        {
            var used = 1 + (Interlocked.Increment(ref calls) % 10);
            Interlocked.Add(ref tokens, used);
            return exchange.RespondJsonAsync($$$"""{"usage":{"prompt_tokens":0,"completion_tokens":{{{used}}}}}""");
        };
        await using var killed = await GatewayProcess.StartOnAsync(gateways.All[0].PathOf("gateway.json"));
        int[] ports = [gateways.All[0].Port, killed.Port];
        var clients = Enumerable.Range(0, 8).Select(number => CallUntilRefusedAsync(ports[number % 2])).ToArray();

        await Eventually.TrueAsync(() => Volatile.Read(ref tokens) >= 300, "some of it is spent");
        await killed.Process.DisposeAsync(); // SIGKILL
        await Task.WhenAll(clients);
        await CallUntilRefusedAsync(ports[0]);

        // What the killed one had been granted is lost: at most a grant and four calls.
        output.WriteLine($"{tokens} of 1000 tokens");
        Assert.InRange(tokens, 850, 1000);
    }

    private static async Task CallUntilRefusedAsync(int port)
    {
        try
        {
            await using var client = await RawClient.ConnectAsync(port);
            RawResponse response;
            do
            {
                response = await client.ExchangeAsync(Request.Post(Target, """{"model":"gpt-4o","messages":[],"max_tokens":10}"""));
            }
            while (response.Status == 200);

            response.AssertError(402, "budget_exhausted");
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or BrokenTransferException)
        {
            // That gateway was killed.
        }
    }

    private static void Share(JsonObject configuration, RedisServer redis, JsonObject? budget = null)
    {
        configuration["Store"] = new JsonObject { ["Kind"] = "Redis", ["Redis"] = redis.ConnectionString };
        configuration["Prices"] = new JsonArray(new JsonObject { ["Model"] = "openai/*", ["Input"] = 2.5m, ["Output"] = 1000 });
        if (budget is not null)
        {
            configuration["VirtualKeys"]![0]!["Budget"] = budget;
            configuration["Prices"]![0]!["Input"] = 0;
        }
    }
}
