using System.Globalization;
using System.Text;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>One request at a <see cref="RawUpstream"/>, and full control over the bytes that answer it.</summary>
internal sealed class RawExchange
{
    private readonly BodyReader _body;
    private bool _wasDiscarded;

    public RawExchange(WireConnection connection, RawRequest request)
    {
        Connection = connection;
        Request = request;
        _body = BodyReader.OfRequest(connection, request);
    }

    public WireConnection Connection { get; }

    public RawRequest Request { get; }

    public List<string> RequestTrailers => _body.Trailers;

    /// <summary>Completes when the gateway has closed this connection.</summary>
    public Task PeerClosed => Connection.PeerClosed;

    /// <summary>The connection was ended by the handler: no further request is read from it.</summary>
    public bool IsOver { get; private set; }

    public Task WriteAsync(string latin1) => Connection.WriteAsync(Encoding.Latin1.GetBytes(latin1));

    public Task WriteAsync(ReadOnlyMemory<byte> bytes) => Connection.WriteAsync(bytes);

    public Task WriteChunkAsync(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{bytes.Length:x}\r\n{Encoding.Latin1.GetString(bytes)}\r\n"));
    }

    public Task WriteLastChunkAsync() => WriteAsync("0\r\n\r\n");

    /// <summary>Starts a chunked 200 of server-sent events.</summary>
    public Task StartStreamAsync() =>
        WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");

    /// <summary>Reads the rest of the body into <see cref="RawRequest.Body"/>.</summary>
    public async Task<byte[]> ReadBodyAsync()
    {
        Request.Body = [.. Request.Body, .. await _body.RestAsync()];
        return Request.Body;
    }

    /// <summary>Reads the next bytes of the body as they come, and keeps them; none at its end.</summary>
    public async Task<byte[]> ReadPieceAsync()
    {
        var piece = await _body.NextAsync();
        Request.Body = [.. Request.Body, .. piece];
        return piece;
    }

    /// <summary>Reads the body to its end and keeps only its length.</summary>
    public Task<long> DiscardBodyAsync()
    {
        _wasDiscarded = true;
        return _body.DrainAsync();
    }

    /// <summary>Reads the request to its end and answers with these fields and this body.</summary>
    public async Task RespondAsync(string statusLine, ReadOnlyMemory<byte> body, params string[] fields)
    {
        if (!_wasDiscarded)
        {
            await ReadBodyAsync();
        }

        var head = new StringBuilder($"HTTP/1.1 {statusLine}\r\n");
        foreach (var field in fields)
        {
            head.Append(field).Append("\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
        await WriteAsync((byte[])[.. Encoding.Latin1.GetBytes(head.ToString()), .. body.Span]);
    }

    public Task RespondAsync(string statusLine, string body, params string[] fields) =>
        RespondAsync(statusLine, Encoding.UTF8.GetBytes(body), fields);

    /// <summary>Reads the request to its end and answers 200 with JSON.</summary>
    public Task RespondJsonAsync(string json) => RespondAsync("200 OK", json, "Content-Type: application/json");

    /// <summary>Ends the connection in order (FIN).</summary>
    public void Close()
    {
        IsOver = true;
        Connection.Close();
    }

    /// <summary>Ends the connection with a reset (RST).</summary>
    public void Abort()
    {
        IsOver = true;
        Connection.Abort();
    }

    /// <summary>Makes the connection ready for the next request.</summary>
    public async Task FinishAsync()
    {
        if (!IsOver)
        {
            await _body.DrainAsync();
        }
    }
}
