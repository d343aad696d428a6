using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Keys made on one instance hold on all of them within two seconds (CONTRACT §9).</summary>
public sealed class AdminInstancesTests
{
    private static readonly TimeSpan InForce = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Key_MadeChangedRotatedAndDeletedOnOne_HoldsOnTheOther()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis);
        await using var other = await StartAsync(redis);
        var admin = new AdminClient(one);

        var first = await admin.CreateAsync("""{"name":"shared"}""");
        await WaitAsync(other, first, status: 200);

        await admin.PatchAsync("/admin/keys/shared", """{"providers":["google"]}""");
        await WaitAsync(other, first, status: 403);
        await admin.PatchAsync("/admin/keys/shared", """{"providers":null}""");
        await WaitAsync(other, first, status: 200);

        var second = (await admin.PostAsync("/admin/keys/shared/rotate", "{}")).Json().GetProperty("key").GetString()!;
        await WaitAsync(other, first, status: 401);
        await WaitAsync(other, second, status: 200);

        Assert.Equal(204, (await new AdminClient(other).DeleteAsync("/admin/keys/shared")).Status);
        (await AdminClient.UseAsync(other, second)).AssertError(401, "invalid_key");
        await WaitAsync(one, second, status: 401);
        Assert.Equal(1, (await admin.GetAsync("/admin/keys")).Json().GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Key_MadeOnBothAtOnce_IsMadeOnce()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis);
        await using var other = await StartAsync(redis);

        for (var i = 0; i < 10; i++)
        {
            var body = $$"""{"name":"key-{{i}}"}""";
            var answers = await Task.WhenAll(new AdminClient(one).PostAsync("/admin/keys", body), new AdminClient(other).PostAsync("/admin/keys", body));

            Assert.Equal([201, 400], answers.Select(answer => answer.Status).Order());
        }
    }

    [Fact]
    public async Task Key_InTheStore_WorksAtOnceOnAnInstanceThatStarts()
    {
        await using var redis = await RedisServer.StartAsync();
        string secret;
        await using (var one = await StartAsync(redis))
        {
            secret = await new AdminClient(one).CreateAsync("""{"name":"stays"}""");
        }

        await using var next = await StartAsync(redis);

        (await AdminClient.UseAsync(next, secret)).AssertPassed();
    }

    [Fact]
    public async Task Redis_Gone_LeavesKeysInForceAndRefusesChanges()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var gateway = await StartAsync(redis);
        var admin = new AdminClient(gateway);
        var secret = await admin.CreateAsync("""{"name":"stays"}""");

        redis.Kill();

        AdminClient.AssertProblem(await admin.PatchAsync("/admin/keys/stays", """{"enabled":false}"""), 503);
        (await AdminClient.UseAsync(gateway, secret)).AssertPassed();
    }

    private static Task WaitAsync(GatewayEnvironment gateway, string key, int status) =>
        Eventually.TrueAsync(async () => (await AdminClient.UseAsync(gateway, key)).Status == status, $"the key is answered with {status}", InForce);

    private static Task<GatewayEnvironment> StartAsync(RedisServer redis) => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        HasAdminToken = true,
        Configure = c => c["Store"] = new JsonObject { ["Kind"] = "Redis", ["Redis"] = redis.ConnectionString },
    });
}
