using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace UltraAI.Gateway.Compare.Upstream;

/// <summary>Sends back every message of a WebSocket.</summary>
internal sealed class WebSocketEcho
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly byte[] _answer = new byte[16 * 1024];
    private int _end;

    public WebSocketEcho(Socket socket, ReadOnlyMemory<byte> alreadyThere)
    {
        _socket = socket;
        alreadyThere.CopyTo(_buffer);
        _end = alreadyThere.Length;
    }

    /// <summary>The answer to a handshake.</summary>
    public static byte[] Accept(ReadOnlySpan<byte> key)
    {
        // RFC 6455, 1.3: not for secrecy.
#pragma warning disable CA5350
        var accept = Convert.ToBase64String(SHA1.HashData([.. key, .. "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8]));
#pragma warning restore CA5350
        return Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
    }

    public async Task RunAsync()
    {
        while (true)
        {
            while (Answer() is > 0 and var length)
            {
                await _socket.SendAsync(_answer.AsMemory(..length), SocketFlags.None);
            }

            var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
            if (count == 0)
            {
                return;
            }

            _end += count;
        }
    }

    // Text frames under 64 KB, masked as a client's are.
    private int Answer()
    {
        if (_end < 6)
        {
            return 0;
        }

        var length = _buffer[1] & 127;
        var head = 2;
        if (length == 126)
        {
            length = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(2));
            head = 4;
        }

        var whole = head + 4 + length;
        if (_end < whole)
        {
            return 0;
        }

        _buffer.AsSpan(0, head).CopyTo(_answer);
        _answer[1] &= 127;
        for (var i = 0; i < length; i++)
        {
            _answer[head + i] = (byte)(_buffer[head + 4 + i] ^ _buffer[head + (i & 3)]);
        }

        _buffer.AsSpan(whole.._end).CopyTo(_buffer);
        _end -= whole;
        return head + length;
    }
}
