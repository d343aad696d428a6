using System.Net.Sockets;
using System.Text;
using UltraAI.Gateway.Compare.Load;

namespace UltraAI.Gateway.Compare.Upstream;

/// <summary>One connection to the upstream: reads requests and answers at once, or streams, or echoes WebSocket messages.</summary>
internal sealed class UpstreamConnection(Socket socket, UpstreamState state, StreamPacer pacer, byte[] authorization)
{
    private const int SmallBuffer = 4 * 1024;
    private const int LargeBuffer = 256 * 1024;

    private readonly byte[] _chunk = new byte[UpstreamAnswers.ChunkLength];
    private byte[] _buffer = new byte[SmallBuffer];
    private int _start;
    private int _end;
    private int _chunksLeft;
    private int _isStreaming;
    private bool _isClosed;

    /// <summary>Runs until the other side closes.</summary>
    public async Task RunAsync()
    {
        state.CountConnection();
        try
        {
            while (await OneAsync())
            {
            }
        }
        catch (SocketException)
        {
            // The other side is gone, which is no news here.
        }
        finally
        {
            Volatile.Write(ref _isClosed, true);
            EndStream();
            socket.Dispose();
        }
    }

    /// <summary>Sends the next chunk of the stream, or its end.</summary>
    /// <returns>False when the stream is over.</returns>
    public bool SendNextChunk()
    {
        if (Volatile.Read(ref _isClosed))
        {
            return false;
        }

        if (_chunksLeft-- > 0)
        {
            UpstreamAnswers.WriteChunk(_chunk);
            return Send(_chunk);
        }

        // Before the end is sent: the next request may come before this returns.
        EndStream();
        Send(UpstreamAnswers.StreamEnd);
        return false;
    }

    private async ValueTask<bool> OneAsync()
    {
        int headLength;
        while ((headLength = _buffer.AsSpan(_start.._end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!await ReceiveAsync())
            {
                return false;
            }
        }

        var head = _buffer.AsMemory(_start, headLength + 4);
        _start += headLength + 4;
        var target = TargetOf(head.Span);
        if (target.StartsWith("/__", StringComparison.Ordinal))
        {
            Control(target);
            return true;
        }

        var isAuthorized = MessageHead.Field(head.Span, "authorization"u8).SequenceEqual(authorization);
        if (isAuthorized && MessageHead.Field(head.Span, "sec-websocket-key"u8).Length > 0)
        {
            Send(WebSocketEcho.Accept(MessageHead.Field(head.Span, "sec-websocket-key"u8)));
            await new WebSocketEcho(socket, _buffer.AsMemory(_start.._end)).RunAsync();
            return false;
        }

        var isStream = await ReadBodyAsync(MessageHead.Framing(head.Span) ?? BodyFraming.OfLength(0));
        state.CountRequest();
        if (!isAuthorized)
        {
            state.CountRefused();
            return Send(UpstreamAnswers.Unauthorized);
        }

        if (!isStream)
        {
            return Send(UpstreamAnswers.Unary);
        }

        state.CountStream(1);
        Volatile.Write(ref _isStreaming, 1);
        _chunksLeft = state.Chunks;
        Send(UpstreamAnswers.StreamHead);
        if (SendNextChunk())
        {
            pacer.Add(this);
        }

        return true;
    }

    private static string TargetOf(ReadOnlySpan<byte> head)
    {
        var rest = head[(head.IndexOf((byte)' ') + 1)..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)' ')]);
    }

    // "stream":true stands near the front or, where a gateway added to the body, at its end.
    private async ValueTask<bool> ReadBodyAsync(BodyFraming framing)
    {
        var isStream = false;
        while (true)
        {
            isStream |= Take(ref framing);
            if (framing.IsDone)
            {
                if (_start == _end && _buffer.Length > SmallBuffer)
                {
                    (_buffer, _start, _end) = (new byte[SmallBuffer], 0, 0);
                }

                return isStream;
            }

            if (_buffer.Length < LargeBuffer && _end == _buffer.Length)
            {
                (_buffer, _start, _end) = (new byte[LargeBuffer], 0, 0);
            }

            if (!await ReceiveAsync())
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }
        }
    }

    private bool Take(ref BodyFraming framing)
    {
        ReadOnlySpan<byte> data = _buffer.AsSpan(_start.._end);
        var isStream = false;
        while (framing.Take(ref data) is { Length: > 0 } payload)
        {
            isStream |= payload[..Math.Min(payload.Length, 1024)].IndexOf("\"stream\":true"u8) >= 0;
        }

        _start = _end - data.Length;
        return isStream;
    }

    private async ValueTask<bool> ReceiveAsync()
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
        else if (_end == _buffer.Length)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            if (_end == _buffer.Length)
            {
                throw new SocketException((int)SocketError.MessageSize); // a head that long is none of ours
            }
        }

        var count = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
        _end += count;
        return count > 0;
    }

    private void Control(string target)
    {
        if (target.StartsWith("/__set?", StringComparison.Ordinal))
        {
            state.Set(target);
        }

        var text = state.ToText();
        Send(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}"));
    }

    private bool Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var count = socket.Send(bytes, SocketFlags.None, out var error);
            if (error != SocketError.Success)
            {
                return false;
            }

            bytes = bytes[count..];
        }

        return true;
    }

    private void EndStream()
    {
        if (Interlocked.Exchange(ref _isStreaming, 0) == 1)
        {
            state.CountStream(-1);
        }
    }
}
