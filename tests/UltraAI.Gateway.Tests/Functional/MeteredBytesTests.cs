using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Metering changes no byte, but for asking for usage where the configuration says so (CONTRACT §2, §6).</summary>
public sealed class MeteredBytesTests
{
    private const string LimitedKey = "limited-virtual-key-0123456789";
    private const string Splice = "\"stream_options\":{\"include_usage\":true},";
    private const string Target = "/v1/chat/completions";

    [Theory]
    [InlineData("openai", false, false)]
    [InlineData("openai", true, true)]
    [InlineData("never", false, false)]
    [InlineData("never", true, false)]
    [InlineData("always", false, true)]
    [InlineData("always", true, true)]
    public async Task Stream_IsTheSame_MeteredOrNot(string provider, bool isLimited, bool asksForUsage)
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = ChatStream.AnswerAsync;

        var response = await SendAsync(gateway, Post(provider, isLimited, ChatStream.Body));

        response.AssertPassed();
        Assert.Equal(ChatStream.WithoutUsage, response.BodyText);
        Assert.Equal("text/event-stream", response["Content-Type"]);
        var sent = gateway.OpenAI.Request;
        Assert.Equal(asksForUsage ? ChatStream.Body.Insert(1, Splice) : ChatStream.Body, sent.BodyText);
        Assert.Equal(Length(sent.Body.Length), sent["Content-Length"]);
        Assert.Equal(asksForUsage ? "identity" : "gzip, br;q=0.5", sent["Accept-Encoding"]);
    }

    [Theory]
    [InlineData("""{"stream_options":{"include_usage":true},"model":"gpt-4o","stream":true}""")]
    [InlineData("""{"model":"gpt-4o","stream":true,"stream_options": { "x":1, "include_usage" :true } }""")]
    [InlineData("""{"model":"gpt-4o","stream":false}""")]
    [InlineData("""{"model":"gpt-4o"}""")]
    [InlineData("""{"model":"gpt-4o","stream":"true"}""")]
    [InlineData("""{"model":"gpt-4o","stream":true,"stream":true}""")]
    [InlineData("""{"model":"gpt-4o","stream":true""")]
    public async Task WhereTheGatewayDoesNotAsk_EverythingStays(string body)
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync(ChatStream.WithUsage);
            await exchange.WriteLastChunkAsync();
        };

        var response = await SendAsync(gateway, Post("always", isLimited: true, body));

        Assert.Equal(ChatStream.WithUsage, response.BodyText);
        Assert.Equal(body, gateway.OpenAI.Request.BodyText);
        Assert.Equal("gzip, br;q=0.5", gateway.OpenAI.Request["Accept-Encoding"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LongBody_IsTheSame_ButForTheRequest(bool isChunked)
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = ChatStream.AnswerAsync;
        var body = "\t{ \"messages\" : [{\"content\":\"" + new string('x', 300_000) + "\"}] ,\r\n \"stream\": true , \"model\":\"gpt-4o\" }\n";
        await using var client = await gateway.ConnectAsync();

        if (isChunked)
        {
            await client.SendAsync(Request.Send("POST", "/always" + Target, [Request.Authorization, "Content-Type: application/json", "Transfer-Encoding: chunked"]));
            foreach (var piece in body.Chunk(10_000))
            {
                await client.SendAsync($"{piece.Length:x}\r\n{new string(piece)}\r\n");
            }

            await client.SendAsync("0\r\n\r\n");
        }
        else
        {
            await client.SendAsync(Post("always", isLimited: false, body));
        }

        var response = await client.ReadResponseAsync();

        Assert.Equal(ChatStream.WithoutUsage, response.BodyText);
        Assert.Equal(body.Insert(2, Splice), gateway.OpenAI.Request.BodyText);
        Assert.Equal(Length(body.Length + Splice.Length), gateway.OpenAI.Request["Content-Length"]);
    }

    [Theory]
    [InlineData("Content-Type: application/json", "identity")]
    [InlineData("Content-Type: text/event-stream", "gzip")]
    [InlineData("Content-Type: text/event-stream", "br")]
    public async Task Answer_OfAnotherKindThanAskedFor_PassesAsItIs(string type, string coding)
    {
        await using var gateway = await StartAsync();
        var body = Coding.Encode(coding, type.EndsWith("json", StringComparison.Ordinal) ? """{"choices":[],"usage":{"prompt_tokens":1}}""" : ChatStream.WithUsage);
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("200 OK", body, type, "Content-Encoding: " + coding);

        var response = await SendAsync(gateway, Post("always", isLimited: true, ChatStream.Body));

        Assert.Equal(body, response.Body);
        Assert.Equal(Length(body.Length), response["Content-Length"]);
        Assert.Equal(coding, response["Content-Encoding"]);
    }

    [Fact]
    public async Task UsageChunk_InTwoPieces_IsRemovedWhereverItIsSplit()
    {
        await using var gateway = await StartAsync();
        await using var client = await gateway.ConnectAsync();
        for (var position = 0; position <= ChatStream.UsageChunk.Length; position++)
        {
            var isFirstPieceThere = new TaskCompletionSource();
            var cut = Cut(position);
            gateway.OpenAI.Handler = async exchange =>
            {
                await StartAsync(exchange, cut);
                await isFirstPieceThere.Task.WaitAsync(Deadlines.Step);
                await exchange.WriteChunkAsync(ChatStream.UsageChunk[position..] + ChatStream.Done);
                await exchange.WriteLastChunkAsync();
            };

            await client.SendAsync(Post("always", isLimited: true, ChatStream.Body));
            (await client.ReadHeadAsync()).AssertPassed();
            var first = await ReadAsync(client, ChatStream.BeforeUsage);
            isFirstPieceThere.SetResult();

            Assert.Equal(ChatStream.WithoutUsage, first + Encoding.UTF8.GetString(await client.ReadBodyAsync()));
        }
    }

    [Fact]
    public async Task UsageChunk_CutOff_IsABrokenTransferForTheClient()
    {
        await using var gateway = await StartAsync();
        for (var position = 0; position <= ChatStream.UsageChunk.Length; position++)
        {
            var isFirstPieceThere = new TaskCompletionSource();
            var cut = Cut(position);
            gateway.OpenAI.Handler = async exchange =>
            {
                await StartAsync(exchange, cut);
                await isFirstPieceThere.Task.WaitAsync(Deadlines.Step);
                exchange.Abort();
            };
            await using var client = await gateway.ConnectAsync();

            await client.SendAsync(Post("always", isLimited: true, ChatStream.Body));
            (await client.ReadHeadAsync()).AssertPassed();
            Assert.Equal(ChatStream.BeforeUsage, await ReadAsync(client, ChatStream.BeforeUsage));
            isFirstPieceThere.SetResult();

            await client.AssertBrokenAsync();
        }
    }

    [Fact]
    public async Task UsageChunk_EndedEarly_PassesUnlessAllOfItIsThere()
    {
        await using var gateway = await StartAsync();
        await using var client = await gateway.ConnectAsync();
        for (var position = 0; position <= ChatStream.UsageChunk.Length; position++)
        {
            var cut = Cut(position);
            gateway.OpenAI.Handler = async exchange =>
            {
                await StartAsync(exchange, cut);
                await exchange.WriteLastChunkAsync();
            };

            var response = await ExchangeAsync(client, Post("always", isLimited: true, ChatStream.Body));

            Assert.Equal(cut.EndsWith("}}", StringComparison.Ordinal) || cut.EndsWith("}}\n", StringComparison.Ordinal) || cut.EndsWith("}}\n\n", StringComparison.Ordinal) ? ChatStream.BeforeUsage : cut, response.BodyText);
        }
    }

    private static async Task<RawResponse> SendAsync(GatewayEnvironment gateway, byte[] request)
    {
        await using var client = await gateway.ConnectAsync();
        return await ExchangeAsync(client, request);
    }

    private static async Task<RawResponse> ExchangeAsync(RawClient client, byte[] request)
    {
        await client.SendAsync(request);
        return await client.ReadResponseAsync();
    }

    private static string Cut(int position) => ChatStream.BeforeUsage + ChatStream.UsageChunk[..position];

    private static async Task StartAsync(RawExchange exchange, string text)
    {
        await exchange.ReadBodyAsync();
        Assert.True(ChatStream.AsksForUsage(exchange.Request));
        await exchange.StartStreamAsync();
        await exchange.WriteChunkAsync(text);
    }

    private static async Task<string> ReadAsync(RawClient client, string text)
    {
        var bytes = new List<byte>();
        while (bytes.Count < Encoding.UTF8.GetByteCount(text))
        {
            bytes.AddRange(await client.ReadPieceAsync());
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string Length(int length) => length.ToString(CultureInfo.InvariantCulture);

    private static byte[] Post(string provider, bool isLimited, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        string[] fields = [isLimited ? $"Authorization: Bearer {LimitedKey}" : Request.Authorization, "Content-Type: application/json", "Accept-Encoding: gzip, br;q=0.5", $"Content-Length: {bytes.Length}"];
        return [.. Encoding.Latin1.GetBytes(Request.Send("POST", $"/{provider}{Target}", fields)), .. bytes];
    }

    private static Task<GatewayEnvironment> StartAsync() => GatewayEnvironment.StartAsync(configuration =>
    {
        var providers = configuration["Providers"]!.AsObject();
        foreach (var (name, mode) in new[] { ("never", "Never"), ("always", "Always") })
        {
            var provider = providers["openai"]!.DeepClone();
            provider["RequestUsage"] = mode;
            providers[name] = provider;
        }

        configuration["VirtualKeys"]!.AsArray().Add(new JsonObject
        {
            ["Name"] = "limited",
            ["Value"] = LimitedKey,
            ["Limits"] = new JsonObject { ["TokensPerMinute"] = 100_000_000 },
        });
    });
}
