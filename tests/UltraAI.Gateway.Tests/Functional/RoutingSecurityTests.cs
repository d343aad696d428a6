using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Targets that try to reach a provider by another name (CONTRACT §2).</summary>
public sealed class RoutingSecurityTests
{
    [Theory]
    [InlineData("/openai/%2e%2e/anthropic/v1/messages", "/%2e%2e/anthropic/v1/messages")]
    [InlineData("/openai/../anthropic/v1/messages", "/../anthropic/v1/messages")]
    [InlineData("/openai/x/%2E%2E/%2e./anthropic/v1/messages", "/x/%2E%2E/%2e./anthropic/v1/messages")]
    [InlineData("/openai/..%2fanthropic/v1/messages", "/..%2fanthropic/v1/messages")]
    [InlineData("/openai/./v1/messages", "/./v1/messages")]
    public async Task DotSegments_BehindAPrefix_StayWithThatProvider(string target, string rest)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync(target);

        Assert.Empty(gateway.Anthropic.Requests);
        Assert.All(gateway.OpenAI.Requests, r => Assert.Equal(rest, r.Target));
        Assert.True(response.Status is 200 or 400 or 403 or 404, response.Everything);
        Assert.Equal(response.Status == 200 ? 1 : 0, gateway.OpenAI.Requests.Count);
    }

    [Theory]
    [InlineData("/openaix")]
    [InlineData("/openaix/v1/models")]
    [InlineData("/openai.evil/v1/models")]
    [InlineData("/openai%2Fv1/models")]
    [InlineData("/openai%2fv1/models")]
    [InlineData("/openai%3Fx/v1")]
    [InlineData("/%6Fpenai/v1/models")]
    [InlineData("/open%61i/v1/models")]
    [InlineData("//openai/v1/models")]
    [InlineData("/%2e/openai/v1/models")]
    [InlineData("/./openai/v1/models")]
    [InlineData("/../openai/v1/models")]
    [InlineData("/x/../openai/v1/models")]
    [InlineData("/nobody/v1/models")]
    [InlineData("/v1/models")]
    [InlineData("/")]
    [InlineData("/?/openai/v1/models")]
    public async Task Prefix_NotAWholeSegment_IsNotFound(string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync(target);

        response.AssertError(404, "not_found");
        ErrorShape.Assert("openai", response);
        Assert.All(gateway.Upstreams, u => Assert.Empty(u.Requests));
    }

    [Theory]
    [InlineData("GET http://gateway.test:8080/openai/v1/models HTTP/1.1\r\nHost: gateway.test:8080\r\n")]
    [InlineData("GET http://evil.test/openai/v1/models HTTP/1.1\r\nHost: evil.test\r\n")]
    [InlineData("GET https://gateway.test/openai/v1/models HTTP/1.1\r\nHost: gateway.test\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: gateway.test\r\n")]
    [InlineData("CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443\r\n")]
    [InlineData("GET openai/v1/models HTTP/1.1\r\nHost: gateway.test\r\n")]
    [InlineData("GET \\openai/v1/models HTTP/1.1\r\nHost: gateway.test\r\n")]
    public async Task Target_NotInOriginForm_IsRefused(string head)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(head + Request.Authorization + "\r\n\r\n");

        Assert.Equal(400, response.Status);
        Assert.All(gateway.Upstreams, u => Assert.Empty(u.Requests));
    }

    [Theory]
    [InlineData("Host: api.anthropic.com")]
    [InlineData("X-Forwarded-Host: api.anthropic.com")]
    [InlineData("X-Original-URL: /anthropic/v1/messages")]
    [InlineData("X-Rewrite-URL: /anthropic/v1/messages")]
    public async Task Field_NamingAnotherProvider_ChangesNothing(string field)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync($"GET /openai/v1/models HTTP/1.1\r\n{(field.StartsWith("Host", StringComparison.Ordinal) ? "" : "Host: x\r\n")}{field}\r\n{Request.Authorization}\r\n\r\n");

        response.AssertPassed();
        Assert.Equal("/v1/models", gateway.OpenAI.Request.Target);
        Assert.Empty(gateway.Anthropic.Requests);
    }

    [Fact]
    public async Task Target_WithUserInformationBehindThePrefix_StaysAtTheProvider()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
            c["Providers"]!["openai"]!["BaseUrl"] = (string)c["Providers"]!["openai"]!["BaseUrl"]!);

        (await gateway.GetAsync("/openai/@evil.test/v1")).AssertPassed();
        (await gateway.GetAsync("/openai//evil.test/v1")).AssertPassed();

        Assert.Equal(["/@evil.test/v1", "//evil.test/v1"], gateway.OpenAI.Requests.Select(r => r.Target));
    }

    [Fact]
    public async Task Prefix_OfAnyProviderThatTheConfigurationNames_IsARoute()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
        {
            var local = GatewayEnvironment.Provider("OpenAI", "local", (string)c["Providers"]!["openai"]!["BaseUrl"]!);
            local.Remove("Credentials");
            c["Providers"]!["local-2"] = local;
        });

        var response = await gateway.GetAsync("/local-2/v1/models");

        response.AssertPassed();
        Assert.Equal("/v1/models", gateway.OpenAI.Request.Target);
        Assert.False(gateway.OpenAI.Request.Has("Authorization"), gateway.OpenAI.Request.Text);
    }

    [Fact]
    public async Task Provider_NotConfigured_IsNotFound()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["Providers"]!.AsObject().Remove("huggingface"));

        (await gateway.GetAsync("/huggingface/v1/models")).AssertError(404, "not_found");
        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
    }

    [Theory]
    [InlineData("Sec-Fetch-Mode: navigate")]
    [InlineData("sec-fetch-mode: NAVIGATE")]
    [InlineData("Sec-Fetch-Dest: document")]
    [InlineData("Sec-Fetch-Dest: iframe")]
    [InlineData("Sec-Fetch-Dest: script")]
    [InlineData("Sec-Fetch-Dest: image")]
    public async Task Navigation_OfABrowser_IsRefused(string field)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync("/openai/v1/models", field);

        response.AssertError(403, "navigation_refused");
        ErrorShape.Assert("openai", response);
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Theory]
    [InlineData("Sec-Fetch-Dest: empty", "Sec-Fetch-Mode: cors")]
    [InlineData("Sec-Fetch-Dest: empty", "Sec-Fetch-Mode: no-cors")]
    [InlineData("Sec-Fetch-Dest: websocket", "Sec-Fetch-Mode: websocket")]
    public async Task Fetch_OfABrowser_Passes(params string[] fields)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        (await gateway.GetAsync("/openai/v1/models", fields)).AssertPassed();
    }
}
