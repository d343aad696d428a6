using System.Text;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Fields on their way back to the client (CONTRACT §2, §4).</summary>
public sealed class ResponseFieldTests
{
    [Fact]
    public async Task Field_EndToEnd_PassesWithItsValue()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(
            "200 OK",
            "{}",
            "Content-Type: application/json; charset=\"utf-8\"; odd",
            "Server: cloudflare",
            "Date: Tue, 24 Nov 2026 10:00:00 GMT",
            "openai-processing-ms: 17",
            "x-ratelimit-remaining-requests: 59",
            "Retry-After: 1.5",
            "ETag: W/\"x\"",
            "Expires: -1",
            "Last-Modified: never",
            "Vary: Origin, *",
            "X-Empty:");

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertPassed();
        Assert.Equal("application/json; charset=\"utf-8\"; odd", response["Content-Type"]);
        Assert.Equal("cloudflare", response["Server"]);
        Assert.Equal("Tue, 24 Nov 2026 10:00:00 GMT", response["Date"]);
        Assert.Equal("17", response["openai-processing-ms"]);
        Assert.Equal("59", response["x-ratelimit-remaining-requests"]);
        Assert.Equal("1.5", response["Retry-After"]);
        Assert.Equal("W/\"x\"", response["ETag"]);
        Assert.Equal("-1", response["Expires"]);
        Assert.Equal("never", response["Last-Modified"]);
        Assert.Equal("Origin, *", response["Vary"]);
        Assert.Equal("", response["X-Empty"]);
    }

    [Fact]
    public async Task Fields_OfAPlainResponse_AreTheProvidersAndTheRequestId()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("200 OK", "{}", "Content-Type: application/json", "Date: Tue, 24 Nov 2026 10:00:00 GMT");

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertPassed();
        var names = response.Fields.Select(f => f.Key.ToLowerInvariant()).Order();
        Assert.Equal(["content-length", "content-type", "date", "x-ultraai-request-id"], names);
    }

    [Fact]
    public async Task SetCookie_SentTwice_StaysTwoFieldsInOrder()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("200 OK", "{}", "Set-Cookie: a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "Set-Cookie: b=2");

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertPassed();
        Assert.Equal(["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"], response.All("Set-Cookie"));
    }

    [Theory]
    [InlineData("caf\u00e9 \u00ff")]
    [InlineData("\u00c3\u00a9\u00e2\u0082\u00ac")] // The UTF-8 bytes of "é€".
    public async Task Field_NonAsciiBytes_PassUnchanged(string latin1)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("200 OK", Encoding.Latin1.GetBytes("{}"), "X-Name: " + latin1);

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertPassed();
        Assert.Equal(latin1, response["X-Name"]);
    }

    [Fact]
    public async Task Field_Of12Kilobytes_Passes()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var value = new string('h', 12 * 1024);
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("200 OK", "{}", "X-Long: " + value);

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertPassed();
        Assert.Equal(value, response["X-Long"]);
    }

    [Fact]
    public async Task Fields_BeyondTheHandlersDefaultTotal_Pass()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        string[] fields = [.. Enumerable.Range(0, 12).Select(i => $"X-Long-{i}: {new string('h', 8 * 1024)}")];
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("200 OK", "{}", fields);

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertPassed();
        Assert.Equal(12, response.Fields.Count(f => f.Value.Length == 8 * 1024));
    }

    [Fact]
    public async Task HopByHopFields_OfTheProvider_DoNotPass()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(
            "200 OK", "{}", "Connection: X-Hop", "X-Hop: 1", "Keep-Alive: timeout=5", "Proxy-Authenticate: Basic", "Upgrade: h2c", "X-Stays: 1");

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertPassed();
        Assert.False(response.Has("X-Hop"), response.Text);
        Assert.False(response.Has("Keep-Alive"), response.Text);
        Assert.False(response.Has("Proxy-Authenticate"), response.Text);
        Assert.False(response.Has("Upgrade"), response.Text);
        Assert.False(response.Has("Connection"), response.Text);
        Assert.Equal("1", response["X-Stays"]);
    }

    [Fact]
    public async Task ConnectionClose_OfTheProvider_LeavesTheClientsConnectionOpen()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.RespondAsync("200 OK", "{}", "Connection: close");
            exchange.Close();
        };
        await using var client = await gateway.ConnectAsync();

        var first = await client.ExchangeAsync(Request.Get("/openai/v1/models"));
        var second = await client.ExchangeAsync(Request.Get("/openai/v1/models"));

        first.AssertPassed();
        Assert.False(first.Has("Connection"), first.Text);
        second.AssertPassed();
    }

    [Fact]
    public async Task OwnFields_SentByTheProvider_AreRemoved()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(
            "200 OK", "{}", "x-ultraai-error: budget_exhausted", "X-UltraAI-Request-Id: forged", "x-ultraai-anything: 1", "x-ultra: stays");

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertPassed();
        Assert.NotEqual("forged", response["x-ultraai-request-id"]);
        Assert.False(response.Has("x-ultraai-anything"), response.Text);
        Assert.Equal("stays", response["x-ultra"]);
    }

    [Theory]
    [InlineData("/openai/v1/models", 200)]
    [InlineData("/no-such-route", 404)]
    [InlineData("/health/live", 200)]
    [InlineData("/health/ready", 200)]
    [InlineData("/metrics", 200)]
    public async Task RequestId_OnEveryResponse_IsThereAndFresh(string target, int status)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var first = await gateway.GetAsync(target);
        var second = await gateway.GetAsync(target);

        Assert.Equal(status, first.Status);
        Assert.False(string.IsNullOrEmpty(first["x-ultraai-request-id"]), first.Text);
        Assert.NotEqual(first["x-ultraai-request-id"], second["x-ultraai-request-id"]);
    }

    [Fact]
    public async Task RequestId_OnTheGatewaysOwnErrors_IsThere()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(Request.Send("GET", "/openai/v1/models", []));

        response.AssertError(401, "invalid_key");
        Assert.False(string.IsNullOrEmpty(response["x-ultraai-request-id"]), response.Text);
    }
}
