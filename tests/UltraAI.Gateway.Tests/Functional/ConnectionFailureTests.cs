using System.Net;
using System.Net.Sockets;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Connections that can't be made or that die (CONTRACT §3, §4).</summary>
public sealed class ConnectionFailureTests
{
    [Theory]
    [InlineData("openai")]
    [InlineData("anthropic")]
    [InlineData("google")]
    [InlineData("huggingface")]
    public async Task Connection_Refused_Is502InTheProvidersShape(string provider)
    {
        var closed = ClosedPort();
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["Providers"]![provider]!["BaseUrl"] = $"http://127.0.0.1:{closed}");

        var response = await gateway.PostAsync($"/{provider}/v1/x", "{}");

        response.AssertError(502, "upstream_unreachable");
        ErrorShape.Assert(provider, response);
    }

    [Fact]
    public async Task Name_Unresolvable_Is502()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["Providers"]!["openai"]!["BaseUrl"] = "http://no-such-host.invalid");

        var response = await gateway.PostAsync("/openai/v1/x", "{}");

        response.AssertError(502, "upstream_unreachable");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task PooledConnection_ClosedWhileIdle_CostsTheNextRequestNothing(string method)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.RespondJsonAsync("{}");
            exchange.Close();
        };

        for (var i = 0; i < 5; i++)
        {
            (await gateway.SendAsync(Request.Send(method, "/openai/v1/x", [Request.Authorization], "{}"))).AssertPassed();
            await Eventually.TrueAsync(() => gateway.OpenAI.OpenConnections == 0, "the provider has closed");
        }

        Assert.Equal(5, gateway.OpenAI.Requests.Count);
    }

    [Fact]
    public async Task Post_WhoseConnectionDiesAfterItsBody_Is502AndSentOnce()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            exchange.Close();
        };

        var response = await gateway.PostAsync("/openai/v1/chat/completions", "{}");

        response.AssertError(502, "upstream_unreachable");
        Assert.Equal("{}", gateway.OpenAI.Request.BodyText);
    }

    [Fact]
    public async Task Post_OnAPooledConnectionThatDiesAfterItsBody_IsSentOnce()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            if (exchange.Request.Target == "/v1/warm")
            {
                await exchange.RespondJsonAsync("{}");
                return;
            }

            await exchange.ReadBodyAsync();
            exchange.Close();
        };
        (await gateway.GetAsync("/openai/v1/warm")).AssertPassed();

        var response = await gateway.PostAsync("/openai/v1/chat/completions", "{}");

        response.AssertError(502, "upstream_unreachable");
        Assert.Single(gateway.OpenAI.Requests, r => r.Method == "POST");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    public async Task SafeMethod_WhoseConnectionDiesOnce_IsSentAgain(string method)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            if (gateway.OpenAI.Requests.Count == 1)
            {
                exchange.Close();
                return;
            }

            await exchange.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n");
        };

        var response = await gateway.SendAsync(Request.Send(method, "/openai/v1/x?a=%41", [Request.Authorization, "X-Own: 1"]));

        response.AssertPassed(204);
        Assert.Equal(2, gateway.OpenAI.Requests.Count);
        Assert.Equal(gateway.OpenAI.Requests[0].Text, gateway.OpenAI.Requests[1].Text);
    }

    [Theory]
    [InlineData("GET", "Content-Type: application/json", false)]
    [InlineData("GET", "Content-Type: application/json", true)]
    [InlineData("GET", "Content-Length: 0", false)]
    [InlineData("HEAD", "Content-Type: application/json", false)]
    [InlineData("OPTIONS", "Content-Language: en", true)]
    public async Task SafeMethod_WithFieldsOfABodyThatItDoesNotHave_IsSentAgain(string method, string field, bool byReset)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            if (gateway.OpenAI.Requests.Count > 1)
            {
                await exchange.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n");
            }
            else if (byReset)
            {
                exchange.Abort();
            }
            else
            {
                exchange.Close();
            }
        };

        var response = await gateway.SendAsync(Request.Send(method, "/openai/v1/x", [Request.Authorization, field]));

        response.AssertPassed(204);
        Assert.Equal(2, gateway.OpenAI.Requests.Count);
        Assert.Equal(gateway.OpenAI.Requests[0].Text, gateway.OpenAI.Requests[1].Text);
    }

    [Theory]
    [InlineData("X-Own: 1")]
    [InlineData("Content-Type: application/json")]
    public async Task Get_WhoseConnectionAlwaysDies_IsRepeatedAndThen502(string field)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange =>
        {
            exchange.Close();
            return Task.CompletedTask;
        };

        var response = await gateway.GetAsync("/openai/v1/models", field);

        response.AssertError(502, "upstream_unreachable");

        // A reset is repeated once by the gateway; a clean close up to three times by the handler itself.
        Assert.InRange(gateway.OpenAI.Requests.Count, 2, 4);
    }

    [Theory]
    [InlineData("not http at all\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nBroken Field\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    public async Task Response_Malformed_Is502(string bytes)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.WriteAsync(bytes);
            exchange.Close();
        };

        var response = await gateway.PostAsync("/openai/v1/chat/completions", "{}");

        response.AssertError(502, "upstream_unreachable");
        Assert.Single(gateway.OpenAI.Requests);
    }

    [Fact]
    public async Task Failure_OfOneProvider_LeavesTheOthersAlone()
    {
        var closed = ClosedPort();
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["Providers"]!["openai"]!["BaseUrl"] = $"http://127.0.0.1:{closed}");

        (await gateway.GetAsync("/openai/v1/models")).AssertError(502, "upstream_unreachable");
        (await gateway.GetAsync("/anthropic/v1/models")).AssertPassed();
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
