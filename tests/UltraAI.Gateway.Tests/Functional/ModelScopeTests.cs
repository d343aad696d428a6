using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Admission;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A key limited to <c>gpt-4o*</c> reaches no other model by what HTTP allows, and its own requests pass byte for byte (CONTRACT §3).</summary>
public sealed class ModelScopeTests
{
    private const string Chat = "/openai/v1/chat/completions";
    private const string Allowed = """{"messages":[{"content":"PADDING"}],"model":"gpt-4o-mini"}""";
    private const string Forbidden = """{"messages":[{"content":"PADDING"}],"model":"o1"}""";
    private const string Chunked = "Transfer-Encoding: chunked";
    private const string Json = "Content-Type: application/json";
    private const int MaxBodyBytes = 1024 * 1024;

    [Fact]
    public async Task Trick_OfTheCorpus_ReachesNoProvider()
    {
        await using var gateway = await StartAsync();
        var cases = ScopedRequest.File("ModelTricks.txt").Where((_, number) => number % 9 == 0).ToArray();
        Assert.InRange(cases.Length, 60, 100);

        foreach (var line in cases)
        {
            await using var client = await gateway.ConnectAsync();
            var trick = ScopedRequest.Parse(line);
            await client.SendAsync(Bytes(trick));
            var response = await client.ReadHeadAsync(trick.Method == "HEAD");

            // What is not even HTTP is refused by the server.
            Assert.True(response is { Status: 403, ErrorCode: "model_not_allowed" or "endpoint_not_allowed" } or { Status: 400 or 401 }, $"{line}\n{response.Everything}");
        }

        Assert.All(gateway.Upstreams, upstream => Assert.Empty(upstream.Requests));
    }

    [Fact]
    public async Task RequestInOrder_OfTheCorpus_PassesByteForByte()
    {
        await using var gateway = await StartAsync();

        foreach (var line in ScopedRequest.File("ModelTricks.Allowed.txt"))
        {
            var request = ScopedRequest.Parse(line);
            var upstream = gateway.Upstream(request.Provider == "azure" ? "openai" : request.Provider);
            var before = upstream.Requests.Count;
            await using var client = await gateway.ConnectAsync();
            await client.SendAsync(Bytes(request));
            var response = await client.ReadHeadAsync(request.Method == "HEAD");

            Assert.True(response.Status == (request.IsWebSocket ? 101 : 200), $"{line}\n{response.Everything}");
            var seen = upstream.Requests[before];
            Assert.Equal(request.Target, seen.Target);
            Assert.True(request.Body.IsEmpty || request.Body.ToArray().AsSpan().SequenceEqual(seen.Body), line);
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task Body_InChunks(int padding) => await AssertAsync(
        (client, body) => SendInPiecesAsync(client, Head(Chat, Json, Chunked), body, isChunked: true), padding);

    [Fact]
    public async Task Body_SlowlyInPieces() => await AssertAsync(
        async (client, body) =>
        {
            await client.SendAsync(Head(Chat, Json, $"Content-Length: {body.Length}"));
            foreach (var one in body)
            {
                await client.SendAsync(one.ToString());
            }
        },
        padding: 200);

    [Theory]
    [InlineData(70_000)]
    [InlineData(900_000)]
    public async Task Body_WithTheModelFarBehind(int padding) => await AssertAsync((client, body) => client.SendAsync(Request.Post(Chat, body)), padding);

    [Fact]
    public async Task Body_AfterContinue() => await AssertAsync(
        async (client, body) =>
        {
            await client.SendAsync(Head(Chat, Json, $"Content-Length: {body.Length}", "Expect: 100-continue"));
            Assert.Equal(100, (await client.ReadHeadAsync()).Status);
            await client.SendAsync(body);
        },
        padding: 100_000);

    [Theory]
    [InlineData("o1", "gpt-4o")]
    [InlineData("gpt-4o", "o1")]
    public async Task ModelGivenTwice_FarApart_IsRefused(string first, string second) =>
        await AssertRefusedAsync(Request.Post(Chat, $$"""{"model":"{{first}}","messages":[{"content":"{{new string('x', 150_000)}}"}],"model":"{{second}}"}"""));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BodyThatIsTooLongToRead_IsRefused(bool isChunked)
    {
        await using var gateway = await StartAsync();
        await using var client = await gateway.ConnectAsync();
        var body = """{"model":"gpt-4o","messages":[{"content":"PADDING"}]}""".Replace("PADDING", new string('x', MaxBodyBytes), StringComparison.Ordinal);

        // It may be refused before all of it was sent.
        var sending = Record.ExceptionAsync(() => isChunked
            ? SendInPiecesAsync(client, Head(Chat, Json, Chunked), body, isChunked: true)
            : client.SendAsync(Request.Post(Chat, body)));

        (await client.ReadHeadAsync()).AssertError(403, "model_not_allowed");
        client.Abort();
        await sending;
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Fact]
    public async Task Form_WithABigFileFirst() => await AssertAsync(
        (client, body) =>
        {
            var model = body.Contains("\"o1\"", StringComparison.Ordinal) ? "o1" : "gpt-4o-mini";
            return client.SendAsync(Form(File(), Field(model)));
        },
        padding: 1);

    [Theory]
    [InlineData("gpt-4o", "o1")]
    [InlineData("o1", "gpt-4o")]
    public async Task Form_WithASecondModelBehindAFile_IsRefused(string first, string second) => await AssertRefusedAsync(Form(Field(first), File(), Field(second)));

    [Theory]
    [InlineData("gzip", """{"model":"o1"}""")]
    [InlineData("gzip", """{"model":"gpt-4o"}""")]
    [InlineData("br", """{"model":"o1"}""")]
    public async Task Body_Compressed_IsRefused(string coding, string body)
    {
        var encoded = Coding.Encode(coding, body);
        await AssertRefusedAsync(Encoding.Latin1.GetString([.. Encoding.Latin1.GetBytes(Head(Chat, Json, $"Content-Encoding: {coding}", $"Content-Length: {encoded.Length}")), .. encoded]));
    }

    [Theory]
    [InlineData("\u00ef\u00bb\u00bf{\"model\":\"o1\"}")]
    [InlineData("\u00fe\u00ff\0{\0\"\0m\0o\0d\0e\0l\0\"\0:\0\"\0o\01\0\"\0}")]
    [InlineData("{\"mod\\u0065l\":\"o1\"}")]
    [InlineData("{\"model\":\"gpt-4o\"}{\"model\":\"o1\"}")]
    [InlineData("{\"model\":[\"gpt-4o\",\"o1\"]}")]
    [InlineData("model=o1&model=gpt-4o")]
    [InlineData("")]
    public async Task Body_ThatCouldBeReadAsAnother_IsRefused(string body)
    {
        await AssertRefusedAsync(Request.Post(Chat, body));
        await AssertRefusedAsync(Head(Chat, "Content-Type: text/plain", Chunked) + (body.Length == 0 ? "" : $"{body.Length:x};model=gpt-4o\r\n{body}\r\n") + "0\r\nmodel: gpt-4o\r\n\r\n");
    }

    [Theory]
    [InlineData(Chat, "X-HTTP-Method-Override: PUT")]
    [InlineData(Chat, "X-Original-URL: /v1/responses")]
    [InlineData(Chat, "x-model: o1")]
    [InlineData(Chat + "?model=o1", "X-Nothing: 1")]
    [InlineData(Chat + "?_method=PUT", "X-Nothing: 1")]
    [InlineData("/openai/v1/chat/../chat/completions", "X-Nothing: 1")]
    [InlineData("/openai/v1/chat%2fcompletions", "X-Nothing: 1")]
    [InlineData("/openai/v1/not-heard-of", "X-Nothing: 1")]
    public async Task Override_IsRefused(string target, string field) => await AssertRefusedAsync(Request.Post(target, """{"model":"gpt-4o"}""", field));

    [Theory]
    [InlineData("/openai/v1/realtime", false)]
    [InlineData("/openai/v1/realtime?model=o1", false)]
    [InlineData("/openai/v1/realtime?model=gpt-4o&model=o1", false)]
    [InlineData("/openai/v1/realtime?Model=o1&model=gpt-4o", false)]
    [InlineData("/openai/v1/chat/completions?model=gpt-4o", false)]
    [InlineData("/openai/v1/realtime?model=gpt-4o-realtime", true)]
    public async Task WebSocket_NeedsAnAllowedModelInItsUrl(string target, bool isAllowed)
    {
        await using var gateway = await StartAsync();
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(WebSocketHandshake.Request(target, Request.Authorization));
        var response = await client.ReadHeadAsync();

        Assert.Equal(isAllowed ? 101 : 403, response.Status);
        Assert.Equal(isAllowed ? 1 : 0, gateway.OpenAI.Requests.Count);
    }

    [Fact]
    public async Task SecondRequest_OnTheSameConnection_IsJudgedByItself()
    {
        await using var gateway = await StartAsync();
        await using var client = await gateway.ConnectAsync();
        var (good, bad) = (Allowed, Forbidden);

        // All at once, as a pipeline.
        await client.SendAsync(Request.Post(Chat, good) + Request.Post(Chat, bad) + Request.Post(Chat, good));

        (await client.ReadResponseAsync()).AssertPassed();
        (await client.ReadResponseAsync()).AssertError(403, "model_not_allowed");
        (await client.ReadResponseAsync()).AssertPassed();
        Assert.All(gateway.OpenAI.Requests, request => Assert.Equal(good, request.BodyText));
        Assert.Equal(2, gateway.OpenAI.Requests.Count);
    }

    [Fact]
    public async Task Body_OverHttp2()
    {
        await using var gateway = await StartAsync("--Kestrel:Endpoints:Http2:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Http2:Protocols=Http2");
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        client.DefaultRequestHeaders.Add("Authorization", "Bearer " + GatewayEnvironment.VirtualKey);

        // Longer than HTTP/2's windows, so that it arrives only because it is read.
        foreach (var body in new[] { Forbidden, Allowed }.Select(body => body.Replace("PADDING", new string('x', 1_000_000), StringComparison.Ordinal)))
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri($"http://127.0.0.1:{gateway.Port}{Chat}"), content, TestContext.Current.CancellationToken);

            Assert.Equal(body.Contains("\"o1\"", StringComparison.Ordinal) ? HttpStatusCode.Forbidden : HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(Allowed.Replace("PADDING", new string('x', 1_000_000), StringComparison.Ordinal), gateway.OpenAI.Request.BodyText);
    }

    /// <summary>Sends a forbidden model and an allowed one in the same way: the first is refused, the second passes byte for byte.</summary>
    private static async Task AssertAsync(Func<RawClient, string, Task> send, int padding)
    {
        await using var gateway = await StartAsync();
        foreach (var form in new[] { Forbidden, Allowed })
        {
            var body = form.Replace("PADDING", new string('x', padding), StringComparison.Ordinal);
            await using var client = await gateway.ConnectAsync();
            await send(client, body);
            var response = await client.ReadResponseAsync();
            if (form == Forbidden)
            {
                response.AssertError(403, "model_not_allowed");
                Assert.Empty(gateway.OpenAI.Requests);
            }
            else
            {
                response.AssertPassed();
                var seen = gateway.OpenAI.Request.BodyText;
                Assert.True(seen == body || seen == FormBody(File(), Field("gpt-4o-mini")), seen);
            }
        }
    }

    private static async Task AssertRefusedAsync(string request)
    {
        await using var gateway = await StartAsync();
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(request);

        (await client.ReadResponseAsync()).AssertError(403, "model_not_allowed");
        Assert.Empty(gateway.OpenAI.Requests);
    }

    private static async Task SendInPiecesAsync(RawClient client, string head, string body, bool isChunked)
    {
        await client.SendAsync(head);
        foreach (var piece in body.Chunk(Math.Max(7, body.Length / 20)))
        {
            await client.SendAsync($"{piece.Length:x}\r\n{new string(piece)}\r\n");
        }

        await client.SendAsync(isChunked ? "0\r\n\r\n" : "");
    }

    private static string Head(string target, params string[] fields) => Request.Send("POST", target, [Request.Authorization, .. fields]);

    private static string Form(params string[] parts)
    {
        var body = FormBody(parts);
        return Head("/openai/v1/audio/transcriptions", "Content-Type: multipart/form-data; boundary=b", $"Content-Length: {body.Length}") + body;
    }

    private static string FormBody(params string[] parts) => string.Concat(parts.Select(part => "--b\r\n" + part + "\r\n")) + "--b--\r\n";

    private static string Field(string model) => "Content-Disposition: form-data; name=\"model\"\r\n\r\n" + model;

    private static string File() => "Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n" + new string('~', 300_000);

    private static byte[] Bytes(ScopedRequest request)
    {
        var target = $"/{request.Provider}{request.Target}";
        if (request.IsWebSocket)
        {
            return Encoding.UTF8.GetBytes(WebSocketHandshake.Request(target, [Request.Authorization, .. request.Fields]));
        }

        string[] fields = [Request.Authorization, .. request.Fields, .. request.Body.IsEmpty ? [] : new[] { $"Content-Length: {request.Body.Length}" }];
        return [.. Encoding.UTF8.GetBytes(Request.Send(request.Method, target, fields)), .. request.Body.ToArray()];
    }

    private static async Task<GatewayEnvironment> StartAsync(params string[] arguments)
    {
        var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup
        {
            Arguments = arguments,
            Configure = configuration =>
            {
                var azure = configuration["Providers"]!["openai"]!.DeepClone();
                azure["Kind"] = "AzureOpenAI";
                configuration["Providers"]!["azure"] = azure;
                configuration["VirtualKeys"]![0]!["Models"] = new JsonArray("gpt-4o*");
                configuration["Inspection"] = new JsonObject { ["MaxBodyBytes"] = MaxBodyBytes };
            },
        });
        foreach (var upstream in gateway.Upstreams)
        {
            upstream.Handler = exchange => exchange.Request.Has("Upgrade") ? WebSocketHandshake.AcceptAsync(exchange) : exchange.RespondJsonAsync(RawUpstream.DefaultBody);
        }

        return gateway;
    }
}
