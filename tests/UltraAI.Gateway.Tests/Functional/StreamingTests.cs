using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Timing of responses: nothing is held back, and a cut is a cut (CONTRACT §2, §4).</summary>
public sealed class StreamingTests
{
    [Theory]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("Content-Length: 2")]
    [InlineData("Connection: close")]
    public async Task Head_BeforeTheFirstBodyByte_ReachesTheClientAtOnce(string framing)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var headSeen = new TaskCompletionSource();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Early: 1\r\n{framing}\r\n\r\n");
            await headSeen.Task;
            await (framing.EndsWith("chunked", StringComparison.Ordinal) ? exchange.WriteAsync("2\r\nok\r\n0\r\n\r\n") : exchange.WriteAsync("ok"));
            if (framing.EndsWith("close", StringComparison.Ordinal))
            {
                exchange.Close();
            }
        };
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Get("/openai/v1/x"));
        var response = await client.ReadHeadAsync();
        headSeen.SetResult();

        response.AssertPassed();
        Assert.Equal("1", response["X-Early"]);
        Assert.Equal("ok"u8.ToArray(), await client.ReadBodyAsync());
    }

    [Fact]
    public async Task Chunk_Each_ReachesTheClientBeforeTheNextIsWritten()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        using var seen = new SemaphoreSlim(0);
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            for (var i = 0; i < 20; i++)
            {
                await exchange.WriteChunkAsync($"data: {i:00}\n\n");
                await seen.WaitAsync(Deadlines.Step);
            }

            await exchange.WriteLastChunkAsync();
        };
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Get("/openai/v1/x"));
        (await client.ReadHeadAsync()).AssertPassed();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal($"data: {i:00}\n\n", await client.ReadTextAsync(10));
            seen.Release();
        }

        Assert.Empty(await client.ReadPieceAsync());
    }

    [Fact]
    public async Task Piece_OfAKnownLength_ReachesTheClientBeforeTheNextIsWritten()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        using var seen = new SemaphoreSlim(0);
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: 50\r\n\r\n");
            for (var i = 0; i < 10; i++)
            {
                await exchange.WriteAsync("01234");
                await seen.WaitAsync(Deadlines.Step);
            }
        };
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Get("/openai/v1/x"));
        (await client.ReadHeadAsync()).AssertPassed();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("01234", await client.ReadTextAsync(5));
            seen.Release();
        }

        Assert.Empty(await client.ReadPieceAsync());
    }

    [Fact]
    public async Task Body_EndedByClose_IsACompleteBody()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nall of ");
            await exchange.WriteAsync("it");
            exchange.Close();
        };
        await using var client = await gateway.ConnectAsync();

        var first = await client.ExchangeAsync(Request.Get("/openai/v1/x"));
        var second = await client.ExchangeAsync(Request.Get("/openai/v1/x"));

        Assert.Equal("all of it", first.BodyText);
        Assert.Equal("all of it", second.BodyText);
    }

    [Fact]
    public async Task Body_OfAnHttp10Provider_IsACompleteBody()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.WriteAsync("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold");
            exchange.Close();
        };

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertPassed();
        Assert.Equal("HTTP/1.1 200 OK", response.StartLine);
        Assert.Equal("old", response.BodyText);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked", "5\r\nhello\r\n", false)]
    [InlineData("Transfer-Encoding: chunked", "5\r\nhello\r\n", true)]
    [InlineData("Content-Length: 100", "hello", false)]
    [InlineData("Content-Length: 100", "hello", true)]
    public async Task Cut_ByTheProvider_IsABrokenTransferForTheClient(string framing, string start, bool byReset)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var startSeen = new TaskCompletionSource();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{framing}\r\n\r\n{start}");
            await startSeen.Task;
            if (byReset)
            {
                exchange.Abort();
            }
            else
            {
                exchange.Close();
            }
        };
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Get("/openai/v1/x"));
        (await client.ReadHeadAsync()).AssertPassed();
        Assert.Equal("hello", await client.ReadTextAsync(5));
        startSeen.SetResult();

        await client.AssertBrokenAsync();
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked", "5\r\nhello\r\n")]
    [InlineData("Content-Length: 100", "hello")]
    public async Task Cut_RightBehindTheFirstBytes_LosesNoneOfThem(string framing, string start)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{framing}\r\n\r\n{start}");
            exchange.Close();
        };

        for (var i = 0; i < 5; i++)
        {
            await using var client = await gateway.ConnectAsync();
            await client.SendAsync(Request.Post("/openai/v1/x", "{}"));
            (await client.ReadHeadAsync()).AssertPassed();
            Assert.Equal("hello", await client.ReadTextAsync(5));
            await client.AssertBrokenAsync();
        }
    }

    [Fact]
    public async Task ChunkExtensions_OfTheProvider_DoNotDisturbTheBody()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.WriteAsync(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2;name=value\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n");
        await using var client = await gateway.ConnectAsync();

        var first = await client.ExchangeAsync(Request.Get("/openai/v1/x"));
        var second = await client.ExchangeAsync(Request.Get("/openai/v1/x"));

        Assert.Equal("ok", first.BodyText);
        Assert.Equal("ok", second.BodyText);
    }
}
