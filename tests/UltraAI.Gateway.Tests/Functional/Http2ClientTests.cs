using System.Net;
using System.Text;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>The same promises for a client that speaks HTTP/2 (cleartext, on a listener of its own: CONTRACT §1).</summary>
public sealed class Http2ClientTests
{
    [Fact]
    public async Task Exchange_OverHttp2_PassesTargetFieldsAndBody()
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("299 Odd", "{}", "X-Name: caf\u00e9", "Connection: X-Hop", "X-Hop: 1");
        using var client = Client();

        using var response = await client.SendAsync(Message(gateway, HttpMethod.Post, "/openai/v1/a%2Fb/%41?x=[]&"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal(299, (int)response.StatusCode);
        Assert.Equal("caf\u00e9", Assert.Single(response.Headers.GetValues("X-Name")));
        Assert.False(response.Headers.Contains("X-Hop"));
        Assert.Equal("{}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var request = gateway.OpenAI.Request;
        Assert.Equal("POST /v1/a%2Fb/%41?x=[]& HTTP/1.1", request.StartLine);
        Assert.Equal(gateway.OpenAI.Authority, request["Host"]);
        Assert.Equal("{\"a\":1}", request.BodyText);
        Assert.Equal("7", request["Content-Length"]);
        Assert.Equal("Bearer " + GatewayEnvironment.CredentialOf("openai"), request["Authorization"]);
    }

    [Fact]
    public async Task Chunk_Each_ReachesTheClientBeforeTheNextIsWritten()
    {
        await using var gateway = await StartAsync();
        using var seen = new SemaphoreSlim(0);
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            await seen.WaitAsync(Deadlines.Step);
            for (var i = 0; i < 5; i++)
            {
                await exchange.WriteChunkAsync($"data: {i}\n\n");
                await seen.WaitAsync(Deadlines.Step);
            }

            await exchange.WriteLastChunkAsync();
        };
        using var client = Client();
        using var limit = Deadlines.StepCancellation();

        using var response = await client.SendAsync(Message(gateway, HttpMethod.Get, "/openai/v1/x"), HttpCompletionOption.ResponseHeadersRead, limit.Token);
        await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
        var buffer = new byte[9];
        for (var i = 0; i < 5; i++)
        {
            seen.Release();
            await body.ReadExactlyAsync(buffer, limit.Token);
            Assert.Equal($"data: {i}\n\n", Encoding.UTF8.GetString(buffer));
        }

        seen.Release();
        Assert.Equal(0, await body.ReadAsync(buffer, limit.Token));
    }

    [Fact]
    public async Task Abort_OfOneOfTwoStreams_ClosesOnlyItsProviderConnection()
    {
        await using var gateway = await StartAsync();
        var finish = new TaskCompletionSource();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: 1\n\n");
            await Task.WhenAny(exchange.PeerClosed, finish.Task).WaitAsync(Deadlines.Step);
            await exchange.WriteLastChunkAsync();
        };
        using var client = Client();
        using var limit = Deadlines.StepCancellation();
        var stays = await client.SendAsync(Message(gateway, HttpMethod.Get, "/openai/v1/stays"), HttpCompletionOption.ResponseHeadersRead, limit.Token);
        var leaves = await client.SendAsync(Message(gateway, HttpMethod.Get, "/openai/v1/leaves"), HttpCompletionOption.ResponseHeadersRead, limit.Token);
        Assert.Equal(2, gateway.OpenAI.OpenConnections);

        leaves.Dispose();

        await Eventually.TrueAsync(() => gateway.OpenAI.OpenConnections == 1, "the one call is cancelled", TimeSpan.FromSeconds(1.5));
        finish.SetResult();
        Assert.Equal("data: 1\n\n", await stays.Content.ReadAsStringAsync(limit.Token));
        stays.Dispose();
    }

    [Fact]
    public async Task Cut_ByTheProvider_BreaksTheStreamAndNotTheConnection()
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            if (exchange.Request.Target == "/v1/fine")
            {
                await exchange.RespondJsonAsync("{}");
                return;
            }

            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: 1\n\n");
            exchange.Close();
        };
        using var client = Client();

        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
        {
            using var broken = await client.SendAsync(Message(gateway, HttpMethod.Get, "/openai/v1/x"), TestContext.Current.CancellationToken);
        });
        using var fine = await client.SendAsync(Message(gateway, HttpMethod.Get, "/openai/v1/fine"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, fine.StatusCode);
    }

    [Fact]
    public async Task Uploads_ThatAProviderDoesNotTake_DontHoldUpCallsToAnother()
    {
        await using var gateway = await StartAsync();
        using var held = new HeldUpstream(gateway.HuggingFace);
        using var client = Client();
        using var end = Deadlines.StepCancellation();
        var bodies = Enumerable.Range(0, 4).Select(_ => new EndlessBody()).ToArray();
        var uploads = bodies.Select(async body =>
        {
            using var upload = Message(gateway, HttpMethod.Post, "/huggingface/upload");
            upload.Content = new StreamContent(body);
            using var response = await client.SendAsync(upload, end.Token);
        }).ToArray();
        var (before, unchanged) = (0L, 0);
        await Eventually.TrueAsync(
            () =>
            {
                var now = bodies.Sum(body => body.Taken);
                unchanged = now > 0 && now == before ? unchanged + 1 : 0;
                before = now;
                return unchanged == 20;
            },
            "no more of them is taken");

        using var call = Message(gateway, HttpMethod.Post, "/openai/v1/x");
        using var answer = await client.SendAsync(call, end.Token);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.All(uploads, upload => Assert.False(upload.IsCompleted));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(uploads));
    }

    [Fact]
    public async Task Refusal_OverHttp2_HasTheProvidersShape()
    {
        await using var gateway = await StartAsync();
        using var client = Client();
        using var message = Message(gateway, HttpMethod.Get, "/anthropic/v1/models");
        message.Headers.Remove("Authorization");

        using var response = await client.SendAsync(message, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("invalid_key", Assert.Single(response.Headers.GetValues("x-ultraai-error")));
        Assert.StartsWith("{\"type\":\"error\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static Task<GatewayEnvironment> StartAsync() => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        Arguments = ["--Kestrel:Endpoints:Http2:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Http2:Protocols=Http2"],
    });

    private static HttpClient Client() => new(new SocketsHttpHandler { ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1 });

    private static HttpRequestMessage Message(GatewayEnvironment gateway, HttpMethod method, string target)
    {
        var uri = new Uri(
            $"http://127.0.0.1:{gateway.Port}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var message = new HttpRequestMessage(method, uri) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        message.Headers.TryAddWithoutValidation("Authorization", "Bearer " + GatewayEnvironment.VirtualKey);
        if (method == HttpMethod.Post)
        {
            message.Content = new StringContent("{\"a\":1}", Encoding.UTF8, "application/json");
        }

        return message;
    }

    /// <summary>A body without an end, and how much of it was taken.</summary>
    private sealed class EndlessBody : Stream
    {
        private long _taken;

        public long Taken => Volatile.Read(ref _taken);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Interlocked.Add(ref _taken, count);
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
