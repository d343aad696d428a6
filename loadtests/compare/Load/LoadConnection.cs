using System.Buffers.Text;
using System.Net.Sockets;

namespace UltraAI.Gateway.Compare.Load;

/// <summary>One client connection: sends prepared bytes, reads the answer, keeps nothing of it.</summary>
internal sealed class LoadConnection(LoadTarget target) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[8 * 1024];
    private int _start;
    private int _end;

    /// <summary>Gets whether it may take another request.</summary>
    public bool IsOpen { get; private set; }

    public async ValueTask ConnectAsync()
    {
        await _socket.ConnectAsync(target.Address);
        IsOpen = true;
    }

    /// <summary>Sends a request and reads the answer to its end.</summary>
    /// <param name="request">All of it.</param>
    /// <param name="chunks">Looks at the payload, if given.</param>
    /// <returns>Status and length of the body; status 0 when the connection ended before that.</returns>
    public async ValueTask<(int Status, long Length)> ExchangeAsync(ReadOnlyMemory<byte> request, ChunkClock? chunks = null)
    {
        try
        {
            await SendAsync(request);
            var (status, framing) = await ReadHeadAsync();
            var length = 0L;
            while (IsOpen)
            {
                length += Take(ref framing, chunks);
                if (framing.IsDone || !await ReceiveAsync())
                {
                    break;
                }
            }

            return (framing.IsDone ? status : 0, length);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            IsOpen = false;
            return (0, 0);
        }
    }

    /// <summary>Sends a request for a stream and waits for its first chunk, no longer.</summary>
    public async ValueTask<bool> OpenStreamAsync(ReadOnlyMemory<byte> request)
    {
        var chunks = new ChunkClock(null);
        try
        {
            await SendAsync(request);
            var (status, framing) = await ReadHeadAsync();
            while (status == 200 && IsOpen)
            {
                Take(ref framing, chunks);
                if (chunks.Count > 0)
                {
                    return true;
                }

                await ReceiveAsync();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
        }

        return false;
    }

    /// <summary>Sends a message and waits until so many bytes came back.</summary>
    public async ValueTask<bool> EchoAsync(ReadOnlyMemory<byte> message, int answerLength)
    {
        try
        {
            await SendAsync(message);
            while (_end - _start < answerLength)
            {
                if (!await ReceiveAsync())
                {
                    return false;
                }
            }

            _start += answerLength;
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Sends a WebSocket's handshake and reads the answer.</summary>
    public async ValueTask<bool> UpgradeAsync(ReadOnlyMemory<byte> handshake)
    {
        try
        {
            await SendAsync(handshake);
            return (await ReadHeadAsync()).Status == 101;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        IsOpen = false;
        _socket.Dispose();
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }

    private async ValueTask<(int Status, BodyFraming Framing)> ReadHeadAsync()
    {
        int length;
        while ((length = _buffer.AsSpan(_start.._end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!await ReceiveAsync())
            {
                return default;
            }
        }

        var head = _buffer.AsSpan(_start, length + 4);
        _start += length + 4;
        _ = Utf8Parser.TryParse(head[9..], out int status, out _);

        // What the targets answer always has a length or chunks.
        return (status, MessageHead.Framing(head) ?? BodyFraming.OfLength(0));
    }

    private long Take(ref BodyFraming framing, ChunkClock? chunks)
    {
        ReadOnlySpan<byte> data = _buffer.AsSpan(_start.._end);
        var length = 0L;
        while (framing.Take(ref data) is { Length: > 0 } payload)
        {
            length += payload.Length;
            chunks?.Look(payload);
        }

        _start = _end - data.Length;
        return length;
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
        }

        var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
        _end += count;
        IsOpen &= count > 0;
        return count > 0;
    }
}
