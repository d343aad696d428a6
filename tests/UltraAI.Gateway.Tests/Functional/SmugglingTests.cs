using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Shapes on which two parsers disagree: whatever the answer is, the provider never sees the hidden request.</summary>
public sealed class SmugglingTests
{
    private const string Hidden = "GET /openai/v1/hidden HTTP/1.1\r\nHost: x\r\n\r\n";

    [Theory]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 60", "0\r\n\r\n")]
    [InlineData("Content-Length: 0\r\nContent-Length: 60", "")]
    [InlineData("Content-Length: 60, 0", "")]
    [InlineData("Transfer-Encoding: identity, chunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: xchunked\r\nContent-Length: 60", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\nContent-Length: 60", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n")]
    [InlineData("Content-Length: +5", "hello")]
    [InlineData("Content-Length: -1", "")]
    [InlineData("X-Folded: a\r\n Content-Length: 60", "")]
    [InlineData("Transfer-Encoding: chunked", "0x0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked", "5\nhello\n0\n\n")]
    public async Task Framing_Ambiguous_NeverMakesASecondRequest(string framing, string body)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync($"POST /openai/v1/first HTTP/1.1\r\nHost: x\r\n{Request.Authorization}\r\n{framing}\r\n\r\n{body}{Hidden}");
        var first = await client.ReadResponseAsync();
        if (first.Status == 200)
        {
            // Served by one of the two readings: then the connection must not go on with what the other one calls a body.
            await AnswersNothingOrARefusalAsync(client);
        }

        Assert.DoesNotContain(gateway.OpenAI.Requests, r => r.Target.Contains("hidden", StringComparison.Ordinal));
        Assert.All(gateway.OpenAI.Requests, r => Assert.DoesNotContain("hidden", r.Text, StringComparison.Ordinal));
        Assert.All(gateway.OpenAI.Requests, r => Assert.False(r.Has("Content-Length") && r.Has("Transfer-Encoding"), r.Text));
    }

    [Fact]
    public async Task LengthAndChunked_Together_LeaveNoTraceOfTheLengthAtTheProvider()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(
            $"POST /openai/v1/x HTTP/1.1\r\nHost: x\r\n{Request.Authorization}\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");

        if (response.Status == 200)
        {
            Assert.Equal("hello", gateway.OpenAI.Request.BodyText);
            Assert.False(gateway.OpenAI.Request.Has("Content-Length"), gateway.OpenAI.Request.Text);
            Assert.False(gateway.OpenAI.Request.Has("X-Content-Length"), gateway.OpenAI.Request.Text);
        }
        else
        {
            Assert.Equal(400, response.Status);
            Assert.Empty(gateway.OpenAI.Requests);
        }
    }

    [Theory]
    [InlineData("X-A: 1\rX-Injected: 1")]
    [InlineData("X-A: 1\u0000X-Injected: 1")]
    [InlineData("X-A\u0000: 1")]
    [InlineData("X A: 1")]
    [InlineData(": no name")]
    public async Task Field_Malformed_IsRefused(string field)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync("/openai/v1/x", field);

        Assert.Equal(400, response.Status);
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Fact]
    public async Task ProviderResponse_WithLengthAndChunked_DoesNotPoisonTheNextClient()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.Request.Target == "/v1/odd"
            ? exchange.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")
            : exchange.RespondJsonAsync("\"next\"");

        await gateway.GetAsync("/openai/v1/odd");
        var next = await gateway.GetAsync("/openai/v1/next");

        next.AssertPassed();
        Assert.Equal("\"next\"", next.BodyText);
    }

    private static async Task AnswersNothingOrARefusalAsync(RawClient client)
    {
        try
        {
            var second = await client.ReadResponseAsync();
            Assert.InRange(second.Status, 400, 499);
        }
        catch (BrokenTransferException)
        {
            // Closed: the right answer.
        }
    }
}
