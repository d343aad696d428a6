using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>What follows the prefix is the provider's request target, byte for byte (CONTRACT §2).</summary>
public sealed class RawTargetTests
{
    [Theory]
    [InlineData("/v1/models/a%2Fb")]
    [InlineData("/v1/models/a%2fb")]
    [InlineData("/v1/%41%7E%7e")]
    [InlineData("/v1/f/%2E%2E/g")]
    [InlineData("/v1/f/%2e%2e%2fg")]
    [InlineData("/v1//double///slash")]
    [InlineData("//v1/models")]
    [InlineData("/v1/models/")]
    [InlineData("/v1/models?")]
    [InlineData("/v1/models/?")]
    [InlineData("/v1/models?a=1&a=2&a=1")]
    [InlineData("/v1/models?a=&b&=c&&")]
    [InlineData("/v1/models?q=a+b%20c%2Bd")]
    [InlineData("/v1/models?include[]=x&order[by]=y")]
    [InlineData("/v1/models?name='quoted'&pipe=a|b")]
    [InlineData("/v1/models?next=http://x.test/?y=z")]
    [InlineData("/v1/models?utf8=%E2%82%ac&bad=%zz%")]
    [InlineData("/v1/models/%C3%A9%ff")]
    [InlineData("/v1/a'b(c)*!$,;=:@~")]
    [InlineData("/v1/models/x:generateContent?alt=sse")]
    [InlineData("/v1/a\"b<c>^`{d}")]
    [InlineData("/v1/back\\slash?back\\slash")]
    [InlineData("/v1/models?a=1?b=2#frag")]
    [InlineData("/")]
    [InlineData("/?")]
    [InlineData("/...//.hidden")]
    public async Task Target_AnyBytes_ReachesProviderUnchanged(string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync("/openai" + target);

        response.AssertPassed();
        Assert.Equal($"GET {target} HTTP/1.1", gateway.OpenAI.Request.StartLine);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("anthropic")]
    [InlineData("google")]
    [InlineData("huggingface")]
    public async Task Target_EachProvider_ReachesItsOwnUpstream(string provider)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync($"/{provider}/v1/things/%41?x=%20");

        response.AssertPassed();
        Assert.Equal("/v1/things/%41?x=%20", gateway.Upstream(provider).Request.Target);
        Assert.Equal(1, gateway.Upstreams.Sum(u => u.Requests.Count));
    }

    [Fact]
    public async Task Target_BarePrefix_ReachesProviderAsRoot()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync("/openai");

        response.AssertPassed();
        Assert.Equal("/", gateway.OpenAI.Request.Target);
    }

    [Fact]
    public async Task Target_BarePrefixWithQuery_ReachesProviderAsRootWithQuery()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync("/openai?x=1");

        response.AssertPassed();
        Assert.Equal("/?x=1", gateway.OpenAI.Request.Target);
    }

    [Fact]
    public async Task Target_LongerThanKestrelsDefault_ReachesProvider()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var target = "/v1/files?signature=" + new string('s', 20_000);

        var response = await gateway.GetAsync("/openai" + target);

        response.AssertPassed();
        Assert.Equal(target, gateway.OpenAI.Request.Target);
    }

    [Fact]
    public async Task BasePath_OfProvider_PrecedesTheTarget()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
            c["Providers"]!["openai"]!["BaseUrl"] = (string)c["Providers"]!["openai"]!["BaseUrl"]! + "/base/path/");

        var response = await gateway.GetAsync("/openai/v1/%41?");

        response.AssertPassed();
        Assert.Equal("/base/path/v1/%41?", gateway.OpenAI.Request.Target);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("PROPFIND")]
    public async Task Method_Any_ReachesProvider(string method)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(Request.Send(method, "/openai/v1/x", [Request.Authorization]));

        response.AssertPassed();
        Assert.Equal(method, gateway.OpenAI.Request.Method);
        Assert.Equal(RawUpstream.DefaultBody, response.BodyText);
    }
}
