using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Who gets to the admin API (CONTRACT §9).</summary>
public sealed class AdminAccessTests
{
    public static TheoryData<string, string> Calls => new()
    {
        { "GET", "/admin" }, { "GET", "/admin/keys" }, { "POST", "/admin/keys" }, { "PUT", "/admin/keys" }, { "GET", "/admin/keys/test" }, { "PATCH", "/admin/keys/test" },
        { "DELETE", "/admin/keys/test" }, { "POST", "/admin/keys/test/rotate" }, { "GET", "/admin/usage" }, { "OPTIONS", "/admin/keys" }, { "GET", "/ADMIN/keys" },
        { "HEAD", "/admin/keys" }, { "GET", "/admin/nothing" }, { "TRACE", "/admin/keys" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Token_NotConfigured_Is404Everywhere(string method, string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var answer = await gateway.SendAsync(Request.Send(method, target, [AdminClient.Token]));

        answer.AssertError(404, "not_found");
        Assert.Contains(gateway.Logs.Lines, line => line.Contains("Gateway:Admin:TokenEnv", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Token_MissingOrWrong_Is401Everywhere(string method, string target)
    {
        // The client's address is in AllowedNetworks (loopback), which opens /metrics and not this.
        await using var gateway = await StartAsync();

        foreach (var fields in (string[][])[[], ["Authorization: Bearer wrong"], ["Authorization: Basic " + GatewayEnvironment.AdminToken], [Request.Authorization]])
        {
            var answer = await gateway.SendAsync(Request.Send(method, target, fields));

            answer.AssertError(401, "invalid_key");
            Assert.Equal("Bearer", answer["WWW-Authenticate"]);
            Assert.Equal("no-store", answer["Cache-Control"]);
            Assert.Equal("application/problem+json", answer["Content-Type"]);
        }
    }

    [Fact]
    public async Task Token_Right_OpensHeadAsWell()
    {
        await using var gateway = await StartAsync();

        var answer = await gateway.SendAsync(Request.Send("HEAD", "/admin/keys", [AdminClient.Token]));

        Assert.Equal(200, answer.Status);
        Assert.Empty(answer.Body);
    }

    [Fact]
    public async Task Token_Rotated_IsInForceWithoutARestart()
    {
        await using var gateway = await StartAsync();

        gateway.ReplaceFile("admin-token", "another-admin-token-0123456789");

        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.config.reloads", "outcome=applied") > 0, "the new token is read");
        Assert.Equal(200, (await SendAsync(gateway, "another-admin-token-0123456789")).Status);
        (await gateway.SendAsync(Request.Send("GET", "/admin/keys", [AdminClient.Token]))).AssertError(401, "invalid_key");
    }

    [Fact]
    public async Task Attempts_UsedUp_Refuse429TheRightTokenAsWell()
    {
        await using var gateway = await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            (await SendAsync(gateway, $"wrong-{i}")).AssertError(401, "invalid_key");
        }

        var wrong = await SendAsync(gateway, "wrong-10");
        var right = await SendAsync(gateway, GatewayEnvironment.AdminToken);

        AdminClient.AssertProblem(wrong, 429);
        right.AssertError(429, "rate_limited");
        Assert.InRange(int.Parse(right["Retry-After"]!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        Assert.Single(gateway.Logs.Lines, line => line.Contains("is refused for the rest of it", StringComparison.Ordinal));
        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
    }

    [Fact]
    public async Task Attempts_OfOneAddress_DoNotLockOutAnother()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup
        {
            HasAdminToken = true,
            Configure = c => c["TrustedProxies"] = new JsonArray("127.0.0.0/8"),
        });
        for (var i = 0; i < 11; i++)
        {
            await SendAsync(gateway, "wrong", "X-Forwarded-For: 203.0.113.7");
        }

        (await SendAsync(gateway, GatewayEnvironment.AdminToken, "X-Forwarded-For: 203.0.113.7")).AssertError(429, "rate_limited");
        Assert.Equal(200, (await SendAsync(gateway, GatewayEnvironment.AdminToken, "X-Forwarded-For: 203.0.113.8")).Status);
    }

    [Fact]
    public async Task Attempts_WithoutAToken_DoNotCount()
    {
        await using var gateway = await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            (await gateway.SendAsync(Request.Send("GET", "/admin/keys", []))).AssertError(401, "invalid_key");
        }

        Assert.Equal(200, (await SendAsync(gateway, GatewayEnvironment.AdminToken)).Status);
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/health/providers")]
    public async Task Attempts_OnOperatorsPages_CountAsOnes(string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup
        {
            HasAdminToken = true,
            Configure = c =>
            {
                c["TrustedProxies"] = new JsonArray("127.0.0.0/8");
                c["Admin"]!["AllowedNetworks"] = new JsonArray("10.0.0.0/8");
            },
        });
        Task<RawResponse> GetAsync(string token, string client) =>
            gateway.SendAsync(Request.Send("GET", target, [$"Authorization: Bearer {token}", "X-Forwarded-For: " + client]));
        for (var i = 0; i < 10; i++)
        {
            (await GetAsync($"wrong-{i}", "203.0.113.7")).AssertError(401, "invalid_key");
            Assert.Equal(200, (await GetAsync($"wrong-{i}", "10.0.0.1")).Status);
        }

        var refused = await GetAsync(GatewayEnvironment.AdminToken, "203.0.113.7");

        refused.AssertError(429, "rate_limited");
        Assert.InRange(int.Parse(refused["Retry-After"]!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        (await SendAsync(gateway, GatewayEnvironment.AdminToken, "X-Forwarded-For: 203.0.113.7")).AssertError(429, "rate_limited");
        Assert.Equal(200, (await GetAsync(GatewayEnvironment.AdminToken, "203.0.113.8")).Status);
        Assert.Equal(200, (await GetAsync("wrong", "10.0.0.1")).Status);
    }

    private static Task<RawResponse> SendAsync(GatewayEnvironment gateway, string token, params string[] fields) =>
        gateway.SendAsync(Request.Send("GET", "/admin/keys", [$"Authorization: Bearer {token}", .. fields]));

    private static Task<GatewayEnvironment> StartAsync() => GatewayEnvironment.StartAsync(new GatewaySetup { HasAdminToken = true });
}
