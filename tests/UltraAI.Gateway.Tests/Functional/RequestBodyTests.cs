using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Bodies on their way to the provider (CONTRACT §2).</summary>
public sealed class RequestBodyTests
{
    private const string Chunked = "Transfer-Encoding: chunked";

    [Fact]
    public async Task Body_OfEveryByteValue_PassesByteForByteWithItsLength()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var body = Encoding.Latin1.GetString([.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 31))]);

        var response = await gateway.PostAsync("/openai/v1/files", body);

        response.AssertPassed();
        Assert.Equal("200000", gateway.OpenAI.Request["Content-Length"]);
        Assert.Equal(Encoding.Latin1.GetBytes(body), gateway.OpenAI.Request.Body);
    }

    [Fact]
    public async Task Body_EncodedByTheClient_PassesByteForByte()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.PostAsync("/openai/v1/x", "\u001f\u008b\u0000odd", "Content-Encoding: gzip");

        response.AssertPassed();
        Assert.Equal("gzip", gateway.OpenAI.Request["Content-Encoding"]);
        Assert.Equal(Encoding.Latin1.GetBytes("\u001f\u008b\u0000odd"), gateway.OpenAI.Request.Body);
    }

    [Fact]
    public async Task Body_OfAGet_Passes()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(Request.Send("GET", "/openai/v1/x", [Request.Authorization], "{\"q\":1}"));

        response.AssertPassed();
        Assert.Equal("{\"q\":1}", gateway.OpenAI.Request.BodyText);
    }

    [Fact]
    public async Task EmptyPost_WithLengthZero_KeepsItsLength()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.PostAsync("/openai/v1/responses/r/cancel", "");

        response.AssertPassed();
        Assert.Equal("0", gateway.OpenAI.Request["Content-Length"]);
        Assert.False(gateway.OpenAI.Request.Has("Transfer-Encoding"), gateway.OpenAI.Request.Text);
    }

    [Fact]
    public async Task ChunkedBody_EachChunk_ReachesTheProviderBeforeTheNextIsSent()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        using var seen = new SemaphoreSlim(0);
        gateway.OpenAI.Handler = async exchange =>
        {
            while (await exchange.ReadPieceAsync() is { Length: > 0 })
            {
                seen.Release();
            }

            await exchange.RespondJsonAsync("{}");
        };
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Get("/openai/v1/x", Chunked).Replace("GET ", "POST ", StringComparison.Ordinal));
        for (var i = 0; i < 10; i++)
        {
            await client.SendAsync($"6;ext=1\r\npart {i}\r\n");
            Assert.True(await seen.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken));
        }

        await client.SendAsync("0\r\nX-Trailer: 1\r\n\r\n");
        var response = await client.ReadResponseAsync();

        response.AssertPassed();
        Assert.Equal("chunked", gateway.OpenAI.Request["Transfer-Encoding"]);
        Assert.Equal(string.Concat(Enumerable.Range(0, 10).Select(i => $"part {i}")), gateway.OpenAI.Request.BodyText);
    }

    [Fact]
    public async Task SlowUpload_TwentyBytesOneByOne_Passes()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Send("POST", "/openai/v1/x", [Request.Authorization, "Content-Length: 20"]));
        for (var i = 0; i < 20; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(130), TestContext.Current.CancellationToken); // The slowness is the test.
            await client.SendAsync("x");
        }

        var response = await client.ReadResponseAsync();
        response.AssertPassed();
        Assert.Equal(new string('x', 20), gateway.OpenAI.Request.BodyText);
    }

    [Fact]
    public async Task ExpectContinue_FromTheClient_IsAnsweredAndTheBodyPasses()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Send("POST", "/openai/v1/files", [Request.Authorization, "Expect: 100-continue", "Content-Length: 5"]));
        var interim = await client.ReadHeadAsync();
        await client.SendAsync("hello");
        var response = await client.ReadResponseAsync();

        Assert.Equal(100, interim.Status);
        response.AssertPassed();
        Assert.Equal("hello", gateway.OpenAI.Request.BodyText);
    }

    [Fact]
    public async Task ExpectContinue_WithoutAKey_IsRefusedWithoutAskingForTheBody()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Send("POST", "/openai/v1/files", ["Expect: 100-continue", "Content-Length: 5"]));
        var response = await client.ReadResponseAsync();

        response.AssertError(401, "invalid_key");
    }

    [Fact]
    public async Task Refusal_WithoutAKey_ComesBeforeTheBodyIsSent()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Send("POST", "/openai/v1/files", ["Content-Length: 100000"]));
        var response = await client.ReadResponseAsync();

        response.AssertError(401, "invalid_key");
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Fact]
    public async Task Requests_Pipelined_AreAnsweredInOrder()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondJsonAsync($"\"{exchange.Request.Target}\"");
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(string.Concat(Enumerable.Range(0, 5).Select(i => Request.Post($"/openai/v1/{i}", "{}"))));

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal($"\"/v1/{i}\"", (await client.ReadResponseAsync()).BodyText);
        }
    }

    [Fact]
    public async Task Request_OfHttp10_IsAnsweredAndClosed()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nold\r\n0\r\n\r\n");
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync($"GET /openai/v1/x HTTP/1.0\r\n{Request.Authorization}\r\n\r\n");
        var response = await client.ReadResponseAsync();

        response.AssertPassed();
        Assert.False(response.Has("Transfer-Encoding"), response.Text);
        Assert.Equal("old", response.BodyText);
        await client.AssertClosedAsync();
        Assert.Equal("GET /v1/x HTTP/1.1", gateway.OpenAI.Request.StartLine);
    }

    [Theory]
    [InlineData("POST", "{\"a\":1}")]
    [InlineData("GET", null)]
    public async Task OfferOfHttp2Upgrade_IsServedAsHttp11(string method, string? body)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        string[] fields = [Request.Authorization, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"];

        var response = await gateway.SendAsync(Request.Send(method, "/openai/v1/x", fields, body));

        response.AssertPassed();
        var request = gateway.OpenAI.Request;
        Assert.Equal(body ?? "", request.BodyText);
        Assert.False(request.Has("Upgrade") || request.Has("Connection"), request.Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TooLarge_SaidByTheProviderDuringTheUpload_ReachesTheClient(bool readsOn)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadPieceAsync();
            await exchange.WriteAsync("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 5\r\n\r\nlarge");
            if (readsOn)
            {
                await exchange.DiscardBodyAsync();
            }
            else
            {
                await exchange.PeerClosed.WaitAsync(Deadlines.Step);
            }

            exchange.Close();
        };
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Send("POST", "/openai/v1/files", [Request.Authorization, "Content-Length: 3000000"]));
        var sending = client.SendAsync(new byte[3_000_000]);
        var response = await client.ReadResponseAsync();

        response.AssertPassed(413);
        Assert.Equal("large", response.BodyText);
        await Task.WhenAny(sending); // Either it went through, or the gateway closed: both are right after the answer.
    }

    [Fact]
    public async Task Upload_OfSeveralMegabytes_PassesByteForByteInBothFramings()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var body = RandomNumberGenerator.GetBytes(4 * 1024 * 1024);
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Send("PUT", "/openai/v1/a", [Request.Authorization, $"Content-Length: {body.Length}"]));
        await client.SendAsync(body);
        (await client.ReadResponseAsync()).AssertPassed();
        await client.SendAsync(Request.Send("PUT", "/openai/v1/b", [Request.Authorization, Chunked]));
        await client.SendAsync(body.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n");
        await client.SendAsync(body);
        await client.SendAsync("\r\n0\r\n\r\n");
        (await client.ReadResponseAsync()).AssertPassed();

        Assert.All(gateway.OpenAI.Requests, r => Assert.True(body.AsSpan().SequenceEqual(r.Body)));
        Assert.Equal(2, gateway.OpenAI.Requests.Count);
    }
}
