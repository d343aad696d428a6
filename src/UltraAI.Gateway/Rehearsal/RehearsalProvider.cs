using System.Buffers;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace UltraAI.Gateway.Rehearsal;

/// <summary>The provider of a rehearsal, on a port of 127.0.0.1: answers every request as OpenAI or Anthropic would, whole or as a stream, with usage.</summary>
internal sealed class RehearsalProvider : IAsyncDisposable
{
    private static readonly string[] Chat =
    [
        """{"id":"1","object":"chat.completion","created":1,"model":"rehearsal","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}""",
    ];

    private static readonly string[] ChatStream =
    [
        "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"rehearsal\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"},\"finish_reason\":null}]}\n\n",
        "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"rehearsal\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"rehearsal\",\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7}}\n\ndata: [DONE]\n\n",
    ];

    private static readonly string[] Messages =
    [
        """{"id":"1","type":"message","role":"assistant","model":"rehearsal","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":5,"output_tokens":2}}""",
    ];

    private static readonly string[] MessagesStream =
    [
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"rehearsal\",\"content\":[],\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n",
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":2}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    ];

    private readonly IConnectionListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _openConnections;

    private RehearsalProvider(IConnectionListener listener)
    {
        _listener = listener;
        _accepting = AcceptAsync();
    }

    public string BaseUrl => $"http://127.0.0.1:{((IPEndPoint)_listener.EndPoint).Port}";

    /// <summary>Whether each answer from now on is the last one on its connection.</summary>
    public bool ClosesConnections { get; set; }

    /// <summary>Connections that may be used again.</summary>
    public int OpenConnections => Volatile.Read(ref _openConnections);

    public static async Task<RehearsalProvider> StartAsync(CancellationToken cancellationToken)
    {
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        return new RehearsalProvider(await sockets.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _listener.UnbindAsync();
        await _accepting;
        await _listener.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        while (await _listener.AcceptAsync() is { } connection)
        {
            Interlocked.Increment(ref _openConnections);
            serving.Add(ServeAsync(connection));
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(ConnectionContext connection)
    {
        await using var _ = connection;
        var isOpen = true;
        try
        {
            while (isOpen && await ReadAsync(connection) is { } request)
            {
                if (ClosesConnections)
                {
                    isOpen = false;
                    Interlocked.Decrement(ref _openConnections);
                }

                await AnswerAsync(connection, request, isLast: !isOpen);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The other end has gone, or the rehearsal is over.
        }
        finally
        {
            if (isOpen)
            {
                Interlocked.Decrement(ref _openConnections);
            }
        }
    }

    private async Task<string?> ReadAsync(ConnectionContext connection)
    {
        while (true)
        {
            var read = await connection.Transport.Input.ReadAsync(_stopping.Token);
            var bytes = read.Buffer.ToArray();
            if (RehearsalMessage.IsComplete(bytes))
            {
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
                return Encoding.Latin1.GetString(bytes);
            }

            if (read.IsCompleted)
            {
                return null;
            }

            connection.Transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private async Task AnswerAsync(ConnectionContext connection, string request, bool isLast)
    {
        var isAnthropic = request.StartsWith("POST /v1/messages", StringComparison.Ordinal);
        var isStream = request.Contains("\"stream\":true", StringComparison.Ordinal);
        var pieces = (isAnthropic, isStream) switch { (false, false) => Chat, (false, true) => ChatStream, (true, false) => Messages, (true, true) => MessagesStream };
        var close = isLast ? "Connection: close\r\n" : "";
        if (!isStream)
        {
            await WriteAsync($"HTTP/1.1 200 OK\r\n{close}Content-Type: application/json\r\nContent-Length: {pieces[0].Length}\r\n\r\n{pieces[0]}");
            return;
        }

        await WriteAsync($"HTTP/1.1 200 OK\r\n{close}Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        foreach (var piece in pieces)
        {
            await WriteAsync($"{piece.Length:x}\r\n{piece}\r\n");
        }

        await WriteAsync("0\r\n\r\n");

        async Task WriteAsync(string text) => await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(text), _stopping.Token);
    }
}
