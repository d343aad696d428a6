using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary><c>Transport:Proxy</c>: every call to a provider goes through it.</summary>
public sealed class OutboundProxyTests
{
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Call_GoesThroughTheProxy_WithItsPassword(string method)
    {
        await using var proxy = new RawUpstream();
        var expected = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("user:pa/ss"));
        proxy.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            if (exchange.Request["Proxy-Authorization"] == expected)
            {
                await exchange.RespondJsonAsync("""{"through":"proxy"}""");
            }
            else
            {
                await exchange.RespondAsync("407 Proxy Authentication Required", "", "Proxy-Authenticate: Basic realm=\"proxy\"");
            }
        };
        await using var gateway = await StartAsync(proxy.BaseUrl.Replace("http://", "http://user:pa%2Fss@", StringComparison.Ordinal));

        var response = method == "GET" ? await gateway.GetAsync("/openai/v1/models") : await gateway.PostAsync("/openai/v1/models", "{}");

        response.AssertPassed();
        Assert.Equal("""{"through":"proxy"}""", response.BodyText);
        Assert.All(proxy.Requests, request => Assert.Equal("http://provider.test/v1/models", request.Target));
        Assert.Null(response["Proxy-Authenticate"]);
    }

    [Fact]
    public async Task ProxyThatIsNotThere_Is502WithoutItsPassword()
    {
        await using var gateway = await StartAsync("http://user:canary-proxy-password@127.0.0.1:1");

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertError(502, "upstream_unreachable");
        Assert.DoesNotContain("canary-proxy-password", response.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Logs.Lines, line => line.Contains("canary-proxy-password", StringComparison.Ordinal));
    }

    private static Task<GatewayEnvironment> StartAsync(string proxy) => GatewayEnvironment.StartAsync(c =>
    {
        c["Transport"] = new JsonObject { ["Proxy"] = proxy };
        c["Providers"]!["openai"]!["BaseUrl"] = "http://provider.test";
    });
}
