using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Status, reason and body as the provider gave them (CONTRACT §2).</summary>
public sealed class ResponseStatusTests
{
    [Theory]
    [InlineData(200, "OK")]
    [InlineData(201, "Made It")]
    [InlineData(299, "Odd But Fine")]
    [InlineData(302, "Found")]
    [InlineData(400, "Bad Request")]
    [InlineData(403, "Forbidden")]
    [InlineData(404, "Not Found")]
    [InlineData(409, "Conflict")]
    [InlineData(418, "I'm a teapot")]
    [InlineData(429, "Too Many Requests")]
    [InlineData(451, "Unavailable For Legal Reasons")]
    [InlineData(500, "Oops")]
    [InlineData(503, "Overloaded, come back (later)")]
    [InlineData(529, "Site is overloaded")]
    [InlineData(599, "Last Of All")]
    public async Task Status_Any_PassesWithReasonAndBody(int status, string reason)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        const string Body = """{"error":{"message":"as the provider said","type":"t","param":null,"code":"c"}}""";
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync($"{status} {reason}", Body, "Content-Type: application/json");

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertPassed(status);
        Assert.Equal($"HTTP/1.1 {status} {reason}", response.StartLine);
        Assert.Equal(Body, response.BodyText);
        Assert.Single(gateway.OpenAI.Requests);
    }

    [Fact]
    public async Task Redirect_OfTheProvider_IsNotFollowed()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("307 Temporary Redirect", "", $"Location: {gateway.Anthropic.BaseUrl}/v1/steal");

        var response = await gateway.PostAsync("/openai/v1/chat/completions", "{}");

        response.AssertPassed(307);
        Assert.Equal(gateway.Anthropic.BaseUrl + "/v1/steal", response["Location"]);
        Assert.Empty(gateway.Anthropic.Requests);
    }

    [Theory]
    [InlineData("Content-Length: 1234")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task Head_OfAResource_PassesWithoutBody(string framing)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.WriteAsync($"HTTP/1.1 200 OK\r\nX-Kind: file\r\n{framing}\r\n\r\n");
        await using var client = await gateway.ConnectAsync();

        var first = await client.ExchangeAsync(Request.Send("HEAD", "/openai/v1/files/x", [Request.Authorization]));
        var second = await client.ExchangeAsync(Request.Send("HEAD", "/openai/v1/files/y", [Request.Authorization]));

        first.AssertPassed();
        Assert.Equal("file", first["X-Kind"]);
        if (framing.StartsWith("Content-Length", StringComparison.Ordinal))
        {
            Assert.Equal("1234", first["Content-Length"]);
        }

        second.AssertPassed();
        Assert.Equal(["HEAD", "HEAD"], gateway.OpenAI.Requests.Select(r => r.Method));
    }

    [Theory]
    [InlineData("204 No Content")]
    [InlineData("304 Not Modified")]
    public async Task Status_WithoutBody_LeavesTheConnectionUsable(string statusLine)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.WriteAsync($"HTTP/1.1 {statusLine}\r\nETag: \"x\"\r\n\r\n");
        await using var client = await gateway.ConnectAsync();

        var first = await client.ExchangeAsync(Request.Get("/openai/v1/files/x"));
        var second = await client.ExchangeAsync(Request.Get("/openai/v1/files/x"));

        Assert.Equal("HTTP/1.1 " + statusLine, first.StartLine);
        Assert.Equal("\"x\"", first["ETag"]);
        Assert.False(first.Has("Transfer-Encoding"), first.Text);
        Assert.Equal("HTTP/1.1 " + statusLine, second.StartLine);
    }

    [Fact]
    public async Task Range_Requested_PassesAs206()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("206 Partial Content", "cde", "Content-Range: bytes 2-4/26", "Accept-Ranges: bytes");

        var response = await gateway.GetAsync("/openai/v1/files/x/content", "Range: bytes=2-4");

        response.AssertPassed(206);
        Assert.Equal("bytes=2-4", gateway.OpenAI.Request["Range"]);
        Assert.Equal("bytes 2-4/26", response["Content-Range"]);
        Assert.Equal("cde", response.BodyText);
    }

    [Theory]
    [InlineData("100 Continue")]
    [InlineData("102 Processing")]
    [InlineData("103 Early Hints\r\nLink: </x>; rel=preload")]
    public async Task InterimResponse_OfTheProvider_EndsAtTheGateway(string interim)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.WriteAsync($"HTTP/1.1 {interim}\r\n\r\n");
            await exchange.RespondJsonAsync("{}");
        };

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertPassed();
        Assert.Equal("{}", response.BodyText);
        Assert.False(response.Has("Link"), response.Text);
    }

    [Theory]
    [InlineData("gzip", 200)]
    [InlineData("br", 200)]
    [InlineData("gzip", 429)]
    [InlineData("br", 500)]
    public async Task EncodedBody_Any_PassesByteForByte(string encoding, int status)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var encoded = Coding.Encode(encoding, """{"text":"compressed by the provider"}""");
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(
            $"{status} X", encoded, "Content-Type: application/json", "Content-Encoding: " + encoding, "Vary: Accept-Encoding");

        var response = await gateway.GetAsync("/openai/v1/models", "Accept-Encoding: gzip, br");

        response.AssertPassed(status);
        Assert.Equal(encoding, response["Content-Encoding"]);
        Assert.Equal(encoded, response.Body);
        Assert.Equal(encoded.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), response["Content-Length"]);
    }

    [Fact]
    public async Task Body_OfEveryByteValue_PassesByteForByte()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        byte[] body = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31))];
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("200 OK", body, "Content-Type: audio/mpeg");

        var response = await gateway.GetAsync("/openai/v1/files/x/content");

        response.AssertPassed();
        Assert.Equal(body, response.Body);
    }
}
