using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>No secret and no digest is in an answer, but for the one that makes it, nor in a log at any level (CONTRACT §3, §9).</summary>
[Collection(nameof(RunsAlone))]
public sealed class AdminCanaryTests
{
    [Fact]
    public async Task Secrets_AndDigests_AreInNoOtherAnswerNorLog()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup
        {
            HasAdminToken = true,
            Arguments = ["--Logging:LogLevel:Default=Trace"],
            CapturesEveryCategory = true,
        });
        var admin = new AdminClient(gateway);

        var secrets = await MixAsync(gateway, admin);

        var metrics = (await gateway.MetricsAsync()).Text;
        await gateway.App.StopAsync(TestContext.Current.CancellationToken);
        foreach (var made in secrets)
        {
            Assert.Single(admin.Answers, answer => answer.Everything.Contains(made, StringComparison.Ordinal));
        }

        string[] known = [.. secrets, GatewayEnvironment.VirtualKey, GatewayEnvironment.AdminToken];
        foreach (var text in (string[])[.. known, .. known.Select(secret => KeyDigest.Of(secret).ToString())])
        {
            Assert.DoesNotContain(gateway.Logs.Lines, line => line.Contains(text, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(text, metrics, StringComparison.OrdinalIgnoreCase);
            if (!secrets.Contains(text))
            {
                Assert.DoesNotContain(admin.Answers, answer => answer.Everything.Contains(text, StringComparison.OrdinalIgnoreCase));
            }
        }
    }

    [Fact]
    public async Task Changes_AreLoggedOnceEachWithClientKeyAndPropertyNames()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup { HasAdminToken = true });
        var admin = new AdminClient(gateway);

        await MixAsync(gateway, admin);

        string[] expected =
        [
            "Virtual key 'a' was created by 127.0.0.1 (request ",
            "Virtual key 'a' was changed (enabled, limits) by 127.0.0.1 (request ",
            "Virtual key 'a' was rotated, the old one works for another 1.00:00:00, by 127.0.0.1 (request ",
            "Virtual key 'a' was deleted by 127.0.0.1 (request ",
        ];
        Assert.All(expected, text => Assert.Single(gateway.Logs.Lines, line => line.Contains("AdminAudit " + text, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, gateway.Logs.Lines.Count(line => line.Contains("AdminAudit ", StringComparison.Ordinal)));
    }

    private static async Task<List<string>> MixAsync(GatewayEnvironment gateway, AdminClient admin)
    {
        var first = await admin.CreateAsync("""{"name":"a","limits":{"requests_per_minute":60}}""");
        await admin.PatchAsync("/admin/keys/a", """{"enabled":false,"limits":{"requests_per_minute":10}}""");
        await AdminClient.UseAsync(gateway, first);
        var second = (await admin.PostAsync("/admin/keys/a/rotate", """{"grace":"24:00:00"}""")).Json().GetProperty("key").GetString()!;
        await admin.GetAsync("/admin/keys");
        await admin.GetAsync("/admin/keys/a");
        await admin.GetAsync("/admin/keys/" + first);
        await admin.GetAsync("/admin/usage");
        await admin.PostAsync("/admin/keys", "{\"name\":\"b\",\"key\":\"x\",\"sha256\":\"x\",\"models\":[\"a b\"]}");
        await admin.PostAsync("/admin/keys", $"{{\"name\":\"b\" {first}");
        await admin.DeleteAsync("/admin/keys/test");
        await admin.DeleteAsync("/admin/keys/a");
        return [first, second];
    }
}
