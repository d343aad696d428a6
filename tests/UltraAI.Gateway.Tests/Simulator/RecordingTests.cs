using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Simulator;

/// <summary>What the simulated provider remembers of requests and connections.</summary>
public sealed class RecordingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RawRequest_IsRecordedByteForByte()
    {
        await using var simulator = await ProviderSimulator.StartAsync(cancellationToken: Cancelled);
        using var socket = await ConnectAsync(simulator.OpenAI);
        await socket.SendAsync("POST /v1//a%2fb%2Fc?x=1&x=&y? HTTP/1.1\r\nHost: h\r\nX-Latin: \u00e9\r\nContent-Length: 3\r\n\r\nab"u8.ToArray(), Cancelled);
        var request = await simulator.OpenAI.WaitForArrivalAsync();
        await request.WaitForBodyAsync(2);
        var beforeEnd = request.BodyReceived.IsCompleted;
        await socket.SendAsync("c"u8.ToArray(), Cancelled);
        await request.BodyReceived.WaitAsync(Patience, Cancelled);

        Assert.Equal("/v1//a%2fb%2Fc?x=1&x=&y?", request.RawTarget);
        Assert.Equal("\u00c3\u00a9", request.Header("x-latin"));
        Assert.False(beforeEnd);
        Assert.Equal("abc", request.Text);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("abc"u8)), request.BodySha256);
    }

    [Fact]
    public async Task LongBody_IsHashedWholeAndKeptInPart()
    {
        await using var simulator = await ProviderSimulator.StartAsync(cancellationToken: Cancelled);
        using var client = new HttpClient();
        var bytes = new byte[3_000_000];
        bytes[^1] = 1;
        using var message = SimulatorFixture.Request(simulator.OpenAI, HttpMethod.Post, "/v1/files");
        message.Content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/octet-stream") } };
        using var response = await client.SendAsync(message, Cancelled);
        var request = await simulator.OpenAI.WaitForRequestAsync();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(3_000_000, request.BodyLength);
        Assert.Equal(1024 * 1024, request.Body.Length);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), request.BodySha256);
    }

    [Fact]
    public async Task ClientGoneInItsBody_IsSeen()
    {
        await using var simulator = await ProviderSimulator.StartAsync(cancellationToken: Cancelled);
        var socket = await ConnectAsync(simulator.OpenAI);
        await socket.SendAsync("POST /v1/files HTTP/1.1\r\nHost: h\r\nContent-Length: 30\r\n\r\nab"u8.ToArray(), Cancelled);
        var request = await simulator.OpenAI.WaitForArrivalAsync();
        socket.Dispose();

        await request.Aborted.WaitAsync(Patience, Cancelled);
        await request.Completed.WaitAsync(Patience, Cancelled);
    }

    [Fact]
    public async Task EarlyScript_AnswersWithoutReadingTheBody()
    {
        await using var simulator = await ProviderSimulator.StartAsync(new SimulatorOptions { RequireCredential = false }, Cancelled);
        simulator.OpenAI.Script(_ => true, new SimulatedBehaviour { BeforeBody = true, Status = 413 });
        using var socket = await ConnectAsync(simulator.OpenAI);
        await socket.SendAsync("POST /v1/files HTTP/1.1\r\nHost: h\r\nContent-Length: 30\r\n\r\n"u8.ToArray(), Cancelled);
        var buffer = new byte[64];
        await socket.ReceiveAsync(buffer, Cancelled);

        Assert.StartsWith("HTTP/1.1 413", Encoding.ASCII.GetString(buffer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_AreCounted()
    {
        await using var simulator = await ProviderSimulator.StartAsync(cancellationToken: Cancelled);
        var client = new HttpClient();
        for (var i = 0; i < 3; i++)
        {
            using var response = await client.SendAsync(SimulatorFixture.Request(simulator.OpenAI, HttpMethod.Get, "/v1/models"), Cancelled);
        }

        var open = simulator.OpenAI.OpenConnections;
        client.Dispose();
        await UntilAsync(() => simulator.OpenAI.OpenConnections == 0);

        Assert.Equal(1, open);
        Assert.Equal(1, simulator.OpenAI.AcceptedConnections);
        Assert.Equal(0, simulator.OpenAI.ActiveRequests);
        Assert.Single(simulator.OpenAI.Requests.Select(request => request.ConnectionId).Distinct());
        Assert.All(simulator.OpenAI.Requests, request => Assert.False(request.Aborted.IsCompleted));
    }

    [Fact]
    public async Task RecordedRequests_AreBoundedAndCanBeCleared()
    {
        await using var simulator = await ProviderSimulator.StartAsync(new SimulatorOptions { RecordedRequestLimit = 2 }, Cancelled);
        using var client = new HttpClient();
        for (var i = 0; i < 4; i++)
        {
            using var response = await client.SendAsync(SimulatorFixture.Request(simulator.OpenAI, HttpMethod.Get, $"/v1/models?i={i}"), Cancelled);
        }

        Assert.Equal(["/v1/models?i=2", "/v1/models?i=3"], simulator.OpenAI.Requests.Select(request => request.RawTarget));
        simulator.OpenAI.ClearRequests();
        Assert.Empty(simulator.OpenAI.Requests);
        await Assert.ThrowsAsync<TimeoutException>(() => simulator.OpenAI.WaitForRequestAsync(timeout: TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public async Task WithACertificate_SpeaksHttp2OverTls()
    {
        using var key = RSA.Create(2048);
        var order = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = order.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var simulator = await ProviderSimulator.StartAsync(new SimulatorOptions { Certificate = certificate }, Cancelled);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, offered, _, _) => offered?.Thumbprint == certificate.Thumbprint };
        using var client = new HttpClient(handler);
        using var message = SimulatorFixture.Request(simulator.Anthropic, HttpMethod.Get, "/v1/models");
        message.Version = HttpVersion.Version20;
        using var response = await client.SendAsync(message, Cancelled);

        Assert.Equal("https", simulator.Anthropic.BaseAddress.Scheme);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("HTTP/2", Assert.Single(simulator.Anthropic.Requests).Protocol);
    }

    private static async Task<Socket> ConnectAsync(SimulatedProvider provider)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, provider.BaseAddress.Port, Cancelled);
        return socket;
    }

    private static Task UntilAsync(Func<bool> condition) => Eventually.TrueAsync(condition, "the simulator has seen it", Patience);
}
