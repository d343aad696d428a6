using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A key that one instance revokes is refused by the other, however busy it is (CONTRACT §9).</summary>
[Collection(nameof(RunsAlone))]
public sealed class AdminRevocationTests
{
    private const int Clients = 25;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50); // 25 clients, 20 requests a second each: 500
    private static readonly TimeSpan InForce = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Key_RevokedThroughOneInstance_IsRefusedByTheOtherWithinTwoSecondsUnderLoad()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var instances = await Instances.StartAsync(
            2, c => c["Store"] = new JsonObject { ["Kind"] = "Redis", ["Redis"] = redis.ConnectionString }, hasAdminToken: true);
        var (one, other) = (instances.All[0], instances.All[1]);
        var admin = new AdminClient(one);
        var secret = await admin.CreateAsync("""{"name":"revoked"}""");
        await Eventually.TrueAsync(async () => (await AdminClient.UseAsync(other, secret)).Status == 200, "the key is known to both");
        instances.OpenAI.RecordsRequests = false;

        var answers = new ConcurrentQueue<(TimeSpan SentAt, int Status)>();
        var clock = Stopwatch.StartNew();
        using var end = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(() => SendAsync(other, secret, clock, answers, end.Token))));
        await Eventually.TrueAsync(() => answers.Count >= 500, "the load runs");
        var from = (At: clock.Elapsed, answers.Count);

        Assert.Equal(204, (await admin.DeleteAsync("/admin/keys/revoked")).Status);
        var revoked = clock.Elapsed;
        await Eventually.TrueAsync(() => clock.Elapsed > revoked + InForce + TimeSpan.FromSeconds(1), "the time is over");
        var rate = (answers.Count - from.Count) / (clock.Elapsed - from.At).TotalSeconds;
        await end.CancelAsync();
        await load;

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{rate:0} requests a second; the last one that passed was sent {(answers.Where(answer => answer.Status == 200).Max(answer => answer.SentAt) - revoked).TotalMilliseconds:0} ms after the answer to DELETE");
        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 401, $"{answer.Status}"));
        Assert.DoesNotContain(answers, answer => answer.Status == 200 && answer.SentAt > revoked + InForce);
        Assert.Contains(answers, answer => answer.Status == 401 && answer.SentAt > revoked + InForce);
        Assert.DoesNotContain(answers, answer => answer.Status == 401 && answer.SentAt < from.At);
    }

    private static async Task SendAsync(GatewayEnvironment gateway, string key, Stopwatch clock, ConcurrentQueue<(TimeSpan, int)> answers, CancellationToken end)
    {
        await using var client = await gateway.ConnectAsync();
        using var timer = new PeriodicTimer(Pause);
        var request = Request.Send("GET", "/openai/v1/models", [$"Authorization: Bearer {key}"]);
        while (!end.IsCancellationRequested)
        {
            var sentAt = clock.Elapsed;
            answers.Enqueue((sentAt, (await client.ExchangeAsync(request)).Status));
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
