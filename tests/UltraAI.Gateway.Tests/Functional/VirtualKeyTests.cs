using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Which keys let a request in, and what they may do (CONTRACT §3).</summary>
public sealed class VirtualKeyTests
{
    private const string Other = "other-virtual-key-1a2b3c4d5e6f7089";

    [Theory]
    [InlineData("openai")]
    [InlineData("anthropic")]
    [InlineData("google")]
    [InlineData("huggingface")]
    public async Task Key_Missing_Is401InTheProvidersShape(string provider)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(Request.Send("GET", $"/{provider}/v1/models", []));

        response.AssertError(401, "invalid_key");
        ErrorShape.Assert(provider, response);
        Assert.Empty(gateway.Upstream(provider).Requests);
    }

    [Theory]
    [InlineData("Authorization: Bearer unknown")]
    [InlineData("Authorization: Bearer")]
    [InlineData("Authorization: Bearer ")]
    [InlineData("Authorization:")]
    [InlineData("Authorization: Basic " + GatewayEnvironment.VirtualKey)]
    [InlineData("Authorization: " + GatewayEnvironment.VirtualKey)]
    [InlineData("Authorization: Bearer " + GatewayEnvironment.VirtualKey + "x")]
    [InlineData("Authorization: Bearer x" + GatewayEnvironment.VirtualKey)]
    [InlineData("x-api-key: unknown")]
    [InlineData("x-goog-api-key: unknown")]
    [InlineData("api-key: unknown")]
    [InlineData("X-Own: " + GatewayEnvironment.VirtualKey)]
    public async Task Key_NotOurs_Is401(string field)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(Request.Send("GET", "/openai/v1/models", [field]));

        response.AssertError(401, "invalid_key");
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Fact]
    public async Task Credential_OfAProvider_IsNoKey()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(Request.Send(
            "GET", "/openai/v1/models", [$"Authorization: Bearer {GatewayEnvironment.CredentialOf("openai")}"]));

        response.AssertError(401, "invalid_key");
    }

    [Fact]
    public async Task Key_Disabled_Is401()
    {
        await using var gateway = await StartAsync(("Enabled", false));

        (await SendAsync(gateway)).AssertError(401, "invalid_key");
    }

    [Fact]
    public async Task Key_Expired_Is401KeyExpired()
    {
        await using var gateway = await StartAsync(("ExpiresAt", "2020-01-01T00:00:00Z"));

        var response = await SendAsync(gateway);

        response.AssertError(401, "key_expired");
        ErrorShape.Assert("openai", response);
    }

    [Fact]
    public async Task Key_NotYetExpired_Passes()
    {
        await using var gateway = await StartAsync(("ExpiresAt", "2999-01-01T00:00:00Z"), ("Enabled", true));

        (await SendAsync(gateway)).AssertPassed();
    }

    [Fact]
    public async Task Key_ExpiringWhileTheGatewayRuns_IsRefusedFromThen()
    {
        var expiry = DateTimeOffset.UtcNow.AddSeconds(2);
        await using var gateway = await StartAsync(("ExpiresAt", expiry.ToString("O", System.Globalization.CultureInfo.InvariantCulture)));

        await Eventually.TrueAsync(async () => (await SendAsync(gateway)).ErrorCode == "key_expired", "the key has expired");

        Assert.True(DateTimeOffset.UtcNow >= expiry);
    }

    [Fact]
    public async Task Key_ByHash_Passes()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["VirtualKeys"]!.AsArray().Add(new JsonObject
        {
            ["Name"] = "hashed",
            ["Sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Other))),
        }));

        (await SendAsync(gateway)).AssertPassed();
    }

    [Fact]
    public async Task Key_ByFile_PassesWithoutItsLineEnd()
    {
        using var file = new TemporaryFile(Other + "\n");
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
            c["VirtualKeys"]!.AsArray().Add(new JsonObject { ["Name"] = "file", ["File"] = file.Path }));

        (await SendAsync(gateway)).AssertPassed();
    }

    [Fact]
    public async Task Key_OfAnotherProvider_IsProviderNotAllowed()
    {
        await using var gateway = await StartAsync(("Providers", new JsonArray("anthropic", "google")));

        var refused = await SendAsync(gateway);
        var allowed = await SendAsync(gateway, "/google/v1beta/models");

        refused.AssertError(403, "provider_not_allowed");
        ErrorShape.Assert("openai", refused);
        Assert.Empty(gateway.OpenAI.Requests);
        allowed.AssertPassed();
    }

    [Theory]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("0.0.0.0/0", true)]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("127.0.0.2/32", false)]
    [InlineData("::1/128", false)]
    public async Task Network_OfTheClient_Decides(string network, bool isAllowed)
    {
        await using var gateway = await StartAsync(("AllowedNetworks", new JsonArray(network)));

        var response = await SendAsync(gateway);

        Decide(gateway, response, isAllowed);
    }

    [Theory]
    [InlineData(true, true, "X-Forwarded-For: 10.1.2.3")]
    [InlineData(true, true, "X-Forwarded-For: 8.8.8.8, 10.1.2.3")]
    [InlineData(true, true, "X-Forwarded-For: 10.1.2.3, 127.0.0.9")]
    [InlineData(true, true, "X-Forwarded-For: 8.8.8.8", "X-Forwarded-For: 10.1.2.3")]
    [InlineData(true, false, "X-Forwarded-For: 8.8.8.8")]
    [InlineData(true, false, "X-Forwarded-For: 10.1.2.3, 8.8.8.8")]
    [InlineData(true, false, "X-Forwarded-For: 10.1.2.3, 8.8.8.8, 127.0.0.9")]
    [InlineData(true, false, "X-Forwarded-For: 10.1.2.3", "X-Forwarded-For: 8.8.8.8")]
    [InlineData(true, false, "X-Forwarded-For: 10.1.2.3, garbage")]
    [InlineData(true, false, "X-Forwarded-For: 8.8.8.8", "Connection: X-Forwarded-For")]
    [InlineData(true, false, "X-Real-IP: 10.1.2.3")]
    [InlineData(false, false, "X-Forwarded-For: 10.1.2.3")]
    [InlineData(false, false, "Forwarded: for=10.1.2.3")]
    public async Task ForwardedFor_CountsOnlyBehindATrustedProxy(bool isTrusted, bool isAllowed, params string[] fields)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
        {
            c["VirtualKeys"]!.AsArray().Add(Key(("AllowedNetworks", new JsonArray("10.0.0.0/8"))));
            c["TrustedProxies"] = isTrusted ? new JsonArray("127.0.0.0/8") : [];
        });

        var response = await gateway.SendAsync(Request.Send("GET", "/openai/v1/models", ["Authorization: Bearer " + Other, .. fields]));

        Decide(gateway, response, isAllowed);
    }

    [Theory]
    [InlineData(200, "X-Forwarded-For: 10.1.2.3")]
    [InlineData(200, "X-Forwarded-For: 10.1.2.3", "Connection: X-Forwarded-For")]
    [InlineData(403, "X-Forwarded-For: 8.8.8.8")]
    [InlineData(403, "X-Forwarded-For: 8.8.8.8", "Connection: X-Forwarded-For")]
    public async Task ForwardedFor_CountsForUltraAsWell(int status, params string[] fields)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
        {
            c["VirtualKeys"]!.AsArray().Add(Key(("AllowedNetworks", new JsonArray("10.0.0.0/8", "127.0.0.0/8"))));
            c["TrustedProxies"] = new JsonArray("127.0.0.0/8");
        });

        var response = await gateway.SendAsync(Request.Send("GET", "/ultra/v1/models", ["Authorization: Bearer " + Other, .. fields]));

        Assert.Equal(status, response.Status);
        Assert.Equal(status == 200 ? null : "network_not_allowed", response["x-ultraai-error"]);
    }

    [Theory]
    [InlineData("/ultra/v1/models?key=")]
    [InlineData("/ultra/v1/models?a=b&k%65y=")]
    public async Task Key_InTheUrlOfUltra_IsRefused(string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["VirtualKeys"]!.AsArray().Add(Key()));

        (await gateway.SendAsync(Request.Send("GET", target + Other, ["Authorization: Bearer " + Other]))).AssertError(401, "invalid_key");
        Assert.Equal(200, (await gateway.SendAsync(Request.Send("GET", target + "other", ["Authorization: Bearer " + Other]))).Status);
    }

    private static void Decide(GatewayEnvironment gateway, RawResponse response, bool isAllowed)
    {
        if (isAllowed)
        {
            response.AssertPassed();
        }
        else
        {
            response.AssertError(403, "network_not_allowed");
            Assert.Empty(gateway.OpenAI.Requests);
        }
    }

    private static JsonObject Key(params (string Name, JsonNode Value)[] values)
    {
        var key = new JsonObject { ["Name"] = "other", ["Value"] = Other };
        foreach (var (name, value) in values)
        {
            key[name] = value;
        }

        return key;
    }

    private static Task<GatewayEnvironment> StartAsync(params (string Name, JsonNode Value)[] values) =>
        GatewayEnvironment.StartAsync(c => c["VirtualKeys"]!.AsArray().Add(Key(values)));

    private static Task<RawResponse> SendAsync(GatewayEnvironment gateway, string target = "/openai/v1/models") =>
        gateway.SendAsync(Request.Send("GET", target, ["Authorization: Bearer " + Other]));
}
