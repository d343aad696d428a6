using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Signing in to the dashboard, and what a session opens (CONTRACT §9).</summary>
public sealed class DashboardSessionTests
{
    [Fact]
    public async Task SignIn_GivesACookieThatScriptsCantRead()
    {
        await using var gateway = await StartAsync();

        var client = await DashboardClient.SignInAsync(gateway);

        Assert.Matches("^ultraai-session=[0-9a-f]{64}; path=/; samesite=strict; httponly$", client.SignedIn["Set-Cookie"]);
        Assert.Equal("no-store", client.SignedIn["Cache-Control"]);
        Assert.DoesNotContain(client.Cookie["Cookie: ultraai-session=".Length..], client.SignedIn.BodyText, StringComparison.Ordinal);
        Assert.Equal(client.SignedIn.BodyText, (await client.GetAsync("/dashboard/session")).BodyText);
    }

    [Fact]
    public async Task PageThatAsksByItself_IsNoUseOfTheSession()
    {
        await using var gateway = await StartAsync(c => c["Admin"]!["AllowedNetworks"] = new JsonArray());
        var client = await DashboardClient.SignInAsync(gateway);
        var session = gateway.App.Services.GetRequiredService<AdminSessions>().Find(client.Cookie["Cookie: ultraai-session=".Length..])!;
        var used = session.UsedAt;

        Assert.Equal(200, (await client.GetAsync("/health/providers")).Status);
        Assert.Equal(used, session.UsedAt);
        Assert.Equal(200, (await client.GetAsync("/dashboard/session")).Status);
        Assert.True(session.UsedAt > used);
    }

    [Fact]
    public async Task SignIn_OverHttpsAtATrustedProxy_GivesAHostCookie()
    {
        await using var gateway = await StartAsync(c => c["TrustedProxies"] = new JsonArray("127.0.0.0/8"));

        var client = await DashboardClient.SignInAsync(gateway, "X-Forwarded-Proto: https");

        Assert.Matches("^__Host-ultraai-session=[0-9a-f]{64}; path=/; secure; samesite=strict; httponly$", client.SignedIn["Set-Cookie"]);
        Assert.Equal(200, (await client.GetAsync("/admin/keys", "X-Forwarded-Proto: https")).Status);
        (await client.GetAsync("/admin/keys")).AssertError(401, "invalid_key");
    }

    [Fact]
    public async Task SignIn_ClaimingHttpsWithoutATrustedProxy_GivesAPlainCookie()
    {
        await using var gateway = await StartAsync();

        var client = await DashboardClient.SignInAsync(gateway, "X-Forwarded-Proto: https");

        Assert.StartsWith("ultraai-session=", client.SignedIn["Set-Cookie"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("")]
    [InlineData(GatewayEnvironment.VirtualKey)]
    public async Task SignIn_WithAnythingElse_Is401(string token)
    {
        await using var gateway = await StartAsync();

        var answer = await DashboardClient.TrySignInAsync(gateway, token);

        AdminClient.AssertProblem(answer, 401);
        Assert.False(answer.Has("Set-Cookie"));
    }

    [Theory]
    [InlineData("text/plain", """{"token":"x"}""", 415)]
    [InlineData("application/x-www-form-urlencoded", "token=x", 415)]
    [InlineData("application/json", """{"token":1}""", 400)]
    [InlineData("application/json", """{}""", 400)]
    [InlineData("application/json", """{"token":"x","remember":true}""", 400)]
    public async Task SignIn_WithABodyOfAnotherKind_IsRefused(string type, string body, int status)
    {
        await using var gateway = await StartAsync();

        var answer = await gateway.SendAsync(Request.Send("POST", "/dashboard/session", [$"Content-Type: {type}"], body));

        Assert.Equal(status, answer.Status);
        Assert.Equal("application/problem+json", answer["Content-Type"]);
    }

    [Fact]
    public async Task SignIn_TooOften_Is429TogetherWithTheAdminApi()
    {
        await using var gateway = await StartAsync();
        for (var i = 0; i < 5; i++)
        {
            AdminClient.AssertProblem(await DashboardClient.TrySignInAsync(gateway, $"wrong-{i}"), 401);
            (await gateway.SendAsync(Request.Send("GET", "/admin/keys", ["Authorization: Bearer wrong"]))).AssertError(401, "invalid_key");
        }

        var answer = await DashboardClient.TrySignInAsync(gateway);

        AdminClient.AssertProblem(answer, 429);
        Assert.InRange(int.Parse(answer["Retry-After"]!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
    }

    [Fact]
    public async Task Session_OpensAdminAndMetrics()
    {
        await using var gateway = await StartAsync(c => c["Admin"]!["AllowedNetworks"] = new JsonArray());
        var client = await DashboardClient.SignInAsync(gateway);

        Assert.Equal(200, (await client.GetAsync("/admin/keys")).Status);
        Assert.Equal(200, (await client.GetAsync("/admin/usage")).Status);
        Assert.Equal(200, (await client.GetAsync("/metrics")).Status);
        Assert.Equal(201, (await client.SendAsync("POST", "/admin/keys", """{"name":"a"}""")).Status);
        Assert.Equal(204, (await client.SendAsync("DELETE", "/admin/keys/a")).Status);
    }

    [Theory]
    [InlineData("POST", "/admin/keys")]
    [InlineData("PATCH", "/admin/keys/test")]
    [InlineData("DELETE", "/admin/keys/test")]
    [InlineData("POST", "/admin/keys/test/rotate")]
    [InlineData("POST", "/dashboard/ultra?key=test")]
    [InlineData("DELETE", "/dashboard/ultra/runs/x?key=test")]
    [InlineData("DELETE", "/dashboard/session")]
    public async Task Session_WithoutItsCsrfValue_ChangesNothing(string method, string target)
    {
        await using var gateway = await StartAsync();
        var client = await DashboardClient.SignInAsync(gateway);
        var other = await DashboardClient.SignInAsync(gateway);

        foreach (var fields in (string[][])[[client.Cookie], [client.Cookie, "x-ultraai-csrf: wrong"], [client.Cookie, other.Csrf]])
        {
            AdminClient.AssertProblem(await gateway.SendAsync(Request.Send(method, target, ["Content-Type: application/json", .. fields], "{}")), 403);
        }

        Assert.Equal(200, (await client.GetAsync("/dashboard/session")).Status);
    }

    [Theory]
    [InlineData("same-site")]
    [InlineData("cross-site")]
    public async Task Session_AskedFromAPageOfAnotherOrigin_IsNone(string site)
    {
        await using var gateway = await StartAsync();
        var client = await DashboardClient.SignInAsync(gateway);

        (await client.GetAsync("/admin/keys", $"Sec-Fetch-Site: {site}")).AssertError(401, "invalid_key");
        Assert.Equal(200, (await client.GetAsync("/admin/keys", "Sec-Fetch-Site: same-origin")).Status);
    }

    [Fact]
    public async Task SignOut_EndsTheSessionEverywhere()
    {
        await using var gateway = await StartAsync(c => c["Admin"]!["AllowedNetworks"] = new JsonArray());
        var client = await DashboardClient.SignInAsync(gateway);

        var answer = await client.SendAsync("DELETE", "/dashboard/session");

        Assert.Equal(204, answer.Status);
        Assert.Contains("expires=Thu, 01 Jan 1970", answer["Set-Cookie"], StringComparison.Ordinal);
        AdminClient.AssertProblem(await client.GetAsync("/dashboard/session"), 401);
        AdminClient.AssertProblem(await client.GetAsync("/admin/keys"), 401);
        (await client.GetAsync("/metrics")).AssertError(401, "invalid_key");
    }

    [Fact]
    public async Task SignIn_Again_EndsTheSessionBefore()
    {
        await using var gateway = await StartAsync();
        var first = await DashboardClient.SignInAsync(gateway);

        var second = await DashboardClient.SignInAsync(gateway, first.Cookie);

        Assert.Equal(401, (await first.GetAsync("/admin/keys")).Status);
        Assert.Equal(200, (await second.GetAsync("/admin/keys")).Status);
    }

    [Fact]
    public async Task Token_Rotated_EndsSessions()
    {
        await using var gateway = await StartAsync();
        var client = await DashboardClient.SignInAsync(gateway);

        gateway.ReplaceFile("admin-token", "another-admin-token-0123456789");

        await Eventually.TrueAsync(async () => (await client.GetAsync("/admin/keys")).Status == 401, "the session has ended with its token");
        Assert.Equal(200, (await DashboardClient.TrySignInAsync(gateway, "another-admin-token-0123456789")).Status);
    }

    [Fact]
    public async Task SignInAndOut_AreLogged_WithoutSecrets()
    {
        await using var gateway = await StartAsync();
        var client = await DashboardClient.SignInAsync(gateway);
        await client.SendAsync("DELETE", "/dashboard/session");

        Assert.Single(gateway.Logs.Lines, line => line.Contains("signed in to the dashboard from 127.0.0.1", StringComparison.Ordinal));
        Assert.Single(gateway.Logs.Lines, line => line.Contains("signed out of the dashboard from 127.0.0.1", StringComparison.Ordinal));
        Assert.All(
            (string[])[GatewayEnvironment.AdminToken, client.Cookie.Split('=')[1], client.Csrf.Split(' ')[1]],
            secret => Assert.DoesNotContain(gateway.Logs.Lines, line => line.Contains(secret, StringComparison.Ordinal)));
    }

    private static Task<GatewayEnvironment> StartAsync(Action<JsonObject>? configure = null) =>
        GatewayEnvironment.StartAsync(new GatewaySetup { HasAdminToken = true, Configure = configure });
}
