using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A Redis that is not just an open port: TLS, passwords, users with few rights, a cluster.</summary>
public sealed class RedisAccessTests : IDisposable
{
    private const string Password = "canary-redis-password-41f0";

    // What docs/operations.md says is enough.
    private const string User = $"gateway on >{Password} ~{{ultraai}}:* &{{ultraai}}:* +@all -@admin -@dangerous";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-redis-tls-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Redis_OverTls_WithAUserOfFewRights_IsAllThatTheStoreNeeds()
    {
        // The client library's own variable. Set for the whole process: nobody else here speaks TLS to Redis.
        Environment.SetEnvironmentVariable("SERedis_IssuerCertPath", WriteCertificates("trusted"));
        var (redis, address) = await StartAsync("trusted");
        await using var _ = redis;
        await using var gateways = await Instances.StartAsync(2, c => Use(c, $"{address},ssl=true,user=gateway,password={Password}"), hasAdminToken: true);

        await AssertAllIsSharedAsync(gateways);
    }

    [Fact]
    public async Task RedisCluster_IsFollowedToTheNodeThatHasTheNames()
    {
        int[] bus = [RedisServer.FreePort(), RedisServer.FreePort()];
        await using var named = await RedisServer.StartAsync(appendOnly: false, "--cluster-enabled", "yes", "--cluster-port", $"{bus[0]}");
        await using var holder = await RedisServer.StartAsync(appendOnly: false, "--cluster-enabled", "yes", "--cluster-port", $"{bus[1]}");
        Assert.Equal("+OK", await named.CommandAsync("CLUSTER ADDSLOTSRANGE 0 8191"));
        Assert.Equal("+OK", await holder.CommandAsync("CLUSTER ADDSLOTSRANGE 8192 16383"));
        Assert.Equal("+OK", await named.CommandAsync($"CLUSTER MEET 127.0.0.1 {holder.Port} {bus[1]}"));
        await Eventually.TrueAsync(async () => (await holder.CommandAsync("GET {ultraai}:x")) == "$-1", "the second node answers for the gateway's names");
        await Eventually.TrueAsync(async () => (await named.CommandAsync("GET {ultraai}:x")).StartsWith("-MOVED", StringComparison.Ordinal), "the first one refers to it");

        await using var gateways = await Instances.StartAsync(2, c => Use(c, named.ConnectionString), hasAdminToken: true);

        await AssertAllIsSharedAsync(gateways);
        Assert.Equal(":0", await named.CommandAsync("DBSIZE"));
    }

    [Theory]
    [InlineData("ssl=true,user=gateway,password=" + Password, "The remote certificate is invalid")]
    [InlineData("ssl=true,sslHost=nobody.invalid,user=gateway,password=" + Password, "The remote certificate is invalid")]
    public async Task CertificateThatIsNotTrusted_IsNamedInTheLog(string options, string reason)
    {
        WriteCertificates("stranger");
        var (redis, address) = await StartAsync("stranger");
        await using var _ = redis;

        await AssertSaysWhyAsync($"{address},{options}", reason);
    }

    [Theory]
    [InlineData("password=canary-wrong-password-77")]
    [InlineData("ssl=false")] // no password
    public async Task WrongPassword_IsNamedInTheLog(string options)
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: false, "--requirepass", Password);

        await AssertSaysWhyAsync($"{redis.ConnectionString},{options}", "NOAUTH");
    }

    [Fact]
    public Task NobodyThere_IsNamedInTheLog() => AssertSaysWhyAsync($"127.0.0.1:{RedisServer.FreePort()}", "Connection refused");

    /// <summary>Keys, limits, budgets and usage.</summary>
    private static async Task AssertAllIsSharedAsync(Instances gateways)
    {
        var admin = new AdminClient(gateways.All[0]);

        var key = await admin.CreateAsync("""{"name":"shared","limits":{"requests_per_minute":2,"max_concurrent":5},"budget":{"usd":5,"period":"month"}}""");
        await Eventually.TrueAsync(async () => (await AdminClient.UseAsync(gateways.All[1], key)).Status == 200, "the key works over the other");
        gateways.OpenAI.Handler = exchange => exchange.RespondJsonAsync("""{"usage":{"prompt_tokens":3,"completion_tokens":4}}""");
        var chat = Request.Send("POST", "/openai/v1/chat/completions", [$"Authorization: Bearer {key}", "Content-Type: application/json"], """{"model":"gpt-4o","max_tokens":9,"messages":[]}""");
        Assert.Equal(200, (await gateways.All[0].SendAsync(chat)).Status);

        // Counted together, so in Redis.
        (await AdminClient.UseAsync(gateways.All[1], key)).AssertError(429, "rate_limited");
        await Eventually.TrueAsync(async () => (await admin.GetAsync("/admin/usage?by=key")).Everything.Contains("\"key\":\"shared\"", StringComparison.Ordinal), "usage is written");
        Assert.All(gateways.All, gateway => Assert.Empty(RedisLog.Of(gateway)));
    }

    private static async Task AssertSaysWhyAsync(string redis, string reason)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => Use(c, redis));

        foreach (var category in new[] { "RedisLimitStore", "CombinedVirtualKeys", "BudgetStoreWatch" })
        {
            await Eventually.TrueAsync(
                () => gateway.Logs.Lines.Any(line => line.Contains(category, StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal)), $"{category} says {reason}");
        }

        Assert.DoesNotContain("canary-", string.Join('\n', gateway.Logs.Lines.Where(line => line.Contains("edis", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    private static void Use(JsonObject configuration, string redis)
    {
        configuration["Store"] = new JsonObject { ["Kind"] = "Redis", ["Redis"] = redis };
        configuration["VirtualKeys"]![0]!["Limits"] = new JsonObject { ["RequestsPerMinute"] = 60 };
        configuration["VirtualKeys"]![0]!["Budget"] = new JsonObject { ["Usd"] = 5, ["Period"] = "Month" };
        configuration["Prices"] = new JsonArray(new JsonObject { ["Model"] = "*/*", ["Input"] = 1, ["Output"] = 1 });
    }

    private async Task<(RedisServer Redis, string Address)> StartAsync(string name)
    {
        var port = RedisServer.FreePort();
        var redis = await RedisServer.StartAsync(
            appendOnly: false,
            ["--tls-port", $"{port}", "--tls-auth-clients", "no", "--user", .. User.Split(' '),
            "--tls-cert-file", PathOf($"{name}.pem"), "--tls-key-file", PathOf($"{name}.key"), "--tls-ca-cert-file", PathOf($"{name}-ca.pem")]);
        return (redis, $"127.0.0.1:{port}");
    }

    /// <returns>The file of the issuer.</returns>
    private string WriteCertificates(string name)
    {
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuerRequest = new CertificateRequest($"CN={name} authority", issuerKey, HashAlgorithmName.SHA256);
        issuerRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using var issuer = issuerRequest.CreateSelfSigned(from, until);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=redis", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(issuer, from, until.AddMinutes(-1), [1, 2, 3]);

        File.WriteAllText(PathOf($"{name}-ca.pem"), issuer.ExportCertificatePem());
        File.WriteAllText(PathOf($"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        return PathOf($"{name}-ca.pem");
    }

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);
}
