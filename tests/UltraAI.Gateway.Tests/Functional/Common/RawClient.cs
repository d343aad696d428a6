using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>An HTTP/1.1 client that sends exactly the bytes it is given and reads a response as it comes.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly WireConnection _connection;
    private BodyReader? _body;

    private RawClient(WireConnection connection) => _connection = connection;

    public WireConnection Connection => _connection;

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var limit = Deadlines.StepCancellation();
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit.Token);
        return new(new WireConnection(socket));
    }

    public Task SendAsync(string latin1) => SendAsync(Encoding.Latin1.GetBytes(latin1));

    public Task SendAsync(ReadOnlyMemory<byte> bytes) => _connection.WriteAsync(bytes);

    /// <summary>The next head. A 1xx response is returned like any other.</summary>
    /// <exception cref="BrokenTransferException">The connection ended instead.</exception>
    public async Task<RawResponse> ReadHeadAsync(bool isHead = false)
    {
        var bytes = await _connection.ReadThroughAsync("\r\n\r\n") ?? throw new BrokenTransferException("closed without a response");
        var response = new RawResponse(bytes);
        _body = BodyReader.OfResponse(_connection, response, response.Status, isHead);
        return response;
    }

    /// <summary>The next bytes of the body as they come; none at a clean end.</summary>
    public Task<byte[]> ReadPieceAsync() => Body.NextAsync();

    public async Task<string> ReadPieceTextAsync() => Encoding.UTF8.GetString(await ReadPieceAsync());

    /// <summary>Reads exactly so many bytes of the body, however they are cut into pieces.</summary>
    public async Task<string> ReadTextAsync(int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            var piece = await ReadPieceTextAsync();
            Assert.NotEqual("", piece);
            text.Append(piece);
        }

        return text.ToString();
    }

    public Task<byte[]> ReadBodyAsync() => Body.RestAsync();

    public Task<long> DrainBodyAsync() => Body.DrainAsync();

    public async Task<RawResponse> ReadResponseAsync(bool isHead = false)
    {
        var response = await ReadHeadAsync(isHead);
        response.Body = await ReadBodyAsync();
        return response;
    }

    public async Task<RawResponse> ExchangeAsync(string request)
    {
        await SendAsync(request);
        return await ReadResponseAsync(request.StartsWith("HEAD ", StringComparison.Ordinal));
    }

    /// <summary>Fails unless the body in progress ends as a broken transfer.</summary>
    public Task<BrokenTransferException> AssertBrokenAsync() => Assert.ThrowsAsync<BrokenTransferException>(DrainBodyAsync);

    /// <summary>Fails unless the gateway closes the connection (in order or by reset) without a further byte.</summary>
    public async Task AssertClosedAsync()
    {
        try
        {
            Assert.Empty(await _connection.ReadSomeAsync(1));
        }
        catch (BrokenTransferException)
        {
            // A reset is a close as well.
        }
    }

    public void Abort() => _connection.Abort();

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private BodyReader Body => _body ?? throw new InvalidOperationException("The head has not been read.");
}
