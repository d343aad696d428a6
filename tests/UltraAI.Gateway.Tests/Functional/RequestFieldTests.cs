using System.Text;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Fields on their way to the provider (CONTRACT §2).</summary>
public sealed class RequestFieldTests
{
    [Fact]
    public async Task Field_EndToEnd_PassesWithItsValue()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync(
            "/openai/v1/models",
            "OpenAI-Organization: org-1",
            "OpenAI-Beta: assistants=v2, realtime=v1",
            "User-Agent: OpenAI/Python 2.3.4 (odd; (comment))",
            "Accept: application/json;q=0.9, */*;q=0.1",
            "X-Stainless-Retry-Count: 0",
            "Date: not a date",
            "If-None-Match: \"abc\", W/\"def\"",
            "Accept-Encoding: zstd, gzip;q=0.5",
            "Range: bytes=0-99",
            "X-Empty:");

        response.AssertPassed();
        var request = gateway.OpenAI.Request;
        Assert.Equal("org-1", request["OpenAI-Organization"]);
        Assert.Equal("assistants=v2, realtime=v1", request["OpenAI-Beta"]);
        Assert.Equal("OpenAI/Python 2.3.4 (odd; (comment))", request["User-Agent"]);
        Assert.Equal("application/json;q=0.9, */*;q=0.1", request["Accept"]);
        Assert.Equal("0", request["X-Stainless-Retry-Count"]);
        Assert.Equal("not a date", request["Date"]);
        Assert.Equal("\"abc\", W/\"def\"", request["If-None-Match"]);
        Assert.Equal("zstd, gzip;q=0.5", request["Accept-Encoding"]);
        Assert.Equal("bytes=0-99", request["Range"]);
        Assert.Equal("", request["X-Empty"]);
    }

    [Fact]
    public async Task Fields_OfAPlainRequest_AreAllThatTheProviderSees()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync("/openai/v1/models", "Accept: */*", "User-Agent: test");

        response.AssertPassed();
        var names = gateway.OpenAI.Request.Fields.Select(f => f.Key.ToLowerInvariant()).Order();
        Assert.Equal(["accept", "authorization", "host", "user-agent"], names);
    }

    [Fact]
    public async Task Field_Of12Kilobytes_Passes()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var value = new string('h', 12 * 1024);

        var response = await gateway.GetAsync("/openai/v1/models", "X-Long: " + value);

        response.AssertPassed();
        Assert.Equal(value, gateway.OpenAI.Request["X-Long"]);
    }

    [Fact]
    public async Task Fields_BeyondKestrelsDefaultTotal_Pass()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        string[] fields = [.. Enumerable.Range(0, 8).Select(i => $"X-Long-{i}: {new string('h', 8 * 1024)}")];

        var response = await gateway.GetAsync("/openai/v1/models", fields);

        response.AssertPassed();
        Assert.Equal(8, gateway.OpenAI.Request.Fields.Count(f => f.Value.Length == 8 * 1024));
    }

    [Theory]
    [InlineData("caf\u00e9 \u00ff")]
    [InlineData("\u00c3\u00a9\u00e2\u0082\u00ac")] // The UTF-8 bytes of "é€".
    public async Task Field_NonAsciiBytes_PassUnchanged(string latin1)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync("/openai/v1/models", "X-Name: " + latin1);

        response.AssertPassed();
        Assert.Equal(Encoding.Latin1.GetBytes(latin1), Encoding.Latin1.GetBytes(gateway.OpenAI.Request["X-Name"]!));
    }

    [Fact]
    public async Task Field_SentTwice_KeepsBothValuesInOrder()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync("/anthropic/v1/messages", "anthropic-beta: one", "anthropic-beta: two");

        response.AssertPassed();
        Assert.Equal("one,two", string.Join(',', gateway.Anthropic.Request.All("anthropic-beta")).Replace(", ", ",", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HopByHopFields_OfTheClient_DoNotPass()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync(
            "/openai/v1/models", "Keep-Alive: timeout=5", "TE: trailers", "Proxy-Authorization: Basic eDp5", "Proxy-Connection: keep-alive", "X-Stays: 1");

        response.AssertPassed();
        var request = gateway.OpenAI.Request;
        Assert.False(request.Has("Keep-Alive"), request.Text);
        Assert.False(request.Has("TE"), request.Text);
        Assert.False(request.Has("Proxy-Authorization"), request.Text);
        Assert.False(request.Has("Proxy-Connection"), request.Text);
        Assert.Equal("1", request["X-Stays"]);
    }

    [Theory]
    [InlineData("X-Hop")]
    [InlineData("x-hop, X-Other-Hop")]
    public async Task Field_NamedByConnection_DoesNotPass(string connection)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync("/openai/v1/models", "Connection: " + connection, "X-Hop: 1", "X-Stays: 1");

        response.AssertPassed();
        Assert.False(gateway.OpenAI.Request.Has("X-Hop"), gateway.OpenAI.Request.Text);
        Assert.False(gateway.OpenAI.Request.Has("Connection"), gateway.OpenAI.Request.Text);
        Assert.Equal("1", gateway.OpenAI.Request["X-Stays"]);
    }

    [Fact]
    public async Task Connection_NamingTheCredentialsField_NeverSendsARequestWithoutCredential()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var byOwnField = await gateway.GetAsync("/openai/v1/models", "Connection: Authorization");
        var byOtherField = await gateway.SendAsync(Request.Send(
            "GET", "/openai/v1/models", ["Connection: authorization", $"x-api-key: {GatewayEnvironment.VirtualKey}"]));

        Assert.True(byOwnField.Status is 200 or 401, byOwnField.Everything);
        byOtherField.AssertPassed();
        Assert.All(gateway.OpenAI.Requests, r => Assert.Equal("Bearer " + GatewayEnvironment.CredentialOf("openai"), r["Authorization"]));
    }

    [Fact]
    public async Task Connection_NamingAContentField_RemovesIt()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.PostAsync("/openai/v1/x", "{}", "Connection: Content-Language", "Content-Language: de");

        response.AssertPassed();
        Assert.False(gateway.OpenAI.Request.Has("Content-Language"), gateway.OpenAI.Request.Text);
        Assert.Equal("{}", gateway.OpenAI.Request.BodyText);
    }

    [Fact]
    public async Task Host_AtTheProvider_IsTheProviders()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertPassed();
        Assert.Equal(gateway.OpenAI.Authority, gateway.OpenAI.Request["Host"]);
    }

    [Fact]
    public async Task Cookie_OfTheClient_DoesNotPass()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync("/openai/v1/models", "Cookie: session=secret", "Cookie: other=1");

        response.AssertPassed();
        Assert.False(gateway.OpenAI.Request.Has("Cookie"), gateway.OpenAI.Request.Text);
    }

    [Fact]
    public async Task TraceContext_OfTheClient_PassesUnchanged()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        var response = await gateway.GetAsync("/openai/v1/models", "traceparent: " + Parent, "tracestate: vendor=1", "baggage: a=b");

        response.AssertPassed();
        Assert.Equal(Parent, gateway.OpenAI.Request["traceparent"]);
        Assert.Equal("vendor=1", gateway.OpenAI.Request["tracestate"]);
        Assert.Equal("a=b", gateway.OpenAI.Request["baggage"]);
    }

    [Fact]
    public async Task ContentFields_OfTheClient_PassUnchanged()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(Request.Send(
            "POST",
            "/openai/v1/audio/transcriptions",
            [Request.Authorization, "Content-Type: multipart/form-data; boundary=\"odd boundary\"; x", "Content-MD5: broken", "Expires: 0", "Last-Modified: never"],
            "body"));

        response.AssertPassed();
        var request = gateway.OpenAI.Request;
        Assert.Equal("multipart/form-data; boundary=\"odd boundary\"; x", request["Content-Type"]);
        Assert.Equal("broken", request["Content-MD5"]);
        Assert.Equal("0", request["Expires"]);
        Assert.Equal("never", request["Last-Modified"]);
        Assert.Equal("4", request["Content-Length"]);
    }
}
