using System.Buffers;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Takes server-sent events out of bytes that come in any pieces. Only the data matters: the providers' data says by itself what it is.</summary>
/// <remarks>https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation</remarks>
internal sealed class SseReader(int maxEventBytes)
{
    private const byte Lf = (byte)'\n';
    private const byte Cr = (byte)'\r';

    private readonly ArrayBufferWriter<byte> _line = new(256);
    private readonly ArrayBufferWriter<byte> _data = new(1024);
    private bool _hasData;
    private bool _isDelivered;
    private bool _skipsLf;
    private bool _isPastStart;

    /// <summary>Whether an event was longer than allowed. Nothing more is read then.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Reads up to the end of the next event that has data.</summary>
    /// <param name="bytes">What has come; what was read of it is cut off.</param>
    /// <param name="data">The event's data, valid until the next call.</param>
    /// <returns>Whether there is one; false means that more bytes are needed.</returns>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out ReadOnlyMemory<byte> data)
    {
        data = default;
        ForgetDelivered();
        while (!IsTooLong && !bytes.IsEmpty)
        {
            if (_skipsLf && bytes[0] == Lf)
            {
                // Of a CR LF that was cut in two.
                bytes = bytes[1..];
                _skipsLf = false;
                continue;
            }

            _skipsLf = false;
            var end = bytes.IndexOfAny(Cr, Lf);
            if (end < 0)
            {
                Append(_line, bytes);
                bytes = default;
                return false;
            }

            var isEvent = TakeLine(bytes[..end]);
            _skipsLf = bytes[end] == Cr;
            bytes = bytes[(end + 1)..];
            if (isEvent)
            {
                data = _data.WrittenMemory;
                _isDelivered = true;
                return true;
            }
        }

        return false;
    }

    /// <summary>The data of a last event whose empty line is missing. Some servers leave it out.</summary>
    public bool TryReadRest(out ReadOnlyMemory<byte> data)
    {
        ForgetDelivered();
        if (!IsTooLong && _line.WrittenCount > 0)
        {
            TakeLine([]);
        }

        data = _data.WrittenMemory;
        return _hasData && !IsTooLong;
    }

    private void ForgetDelivered()
    {
        if (_isDelivered)
        {
            _data.ResetWrittenCount();
            _hasData = _isDelivered = false;
        }
    }

    /// <summary>Takes a line, or the rest of one; true if it ends an event.</summary>
    private bool TakeLine(ReadOnlySpan<byte> rest)
    {
        if (_line.WrittenCount > 0)
        {
            Append(_line, rest);
            rest = _line.WrittenSpan;
        }

        var isEvent = TakeWholeLine(rest);
        _line.ResetWrittenCount();
        return isEvent;
    }

    private bool TakeWholeLine(ReadOnlySpan<byte> line)
    {
        if (!_isPastStart)
        {
            _isPastStart = true;
            line = line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        }

        if (line.IsEmpty)
        {
            return _hasData;
        }

        if (!line.StartsWith("data"u8) || (line.Length > 4 && line[4] != (byte)':'))
        {
            return false;
        }

        var value = line.Length > 4 ? line[5..] : default;
        value = value.StartsWith(" "u8) ? value[1..] : value;
        if (_hasData)
        {
            Append(_data, "\n"u8);
        }

        Append(_data, value);
        _hasData = true;
        return false;
    }

    private void Append(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> bytes)
    {
        if (IsTooLong || buffer.WrittenCount + bytes.Length > maxEventBytes)
        {
            IsTooLong = true;
            return;
        }

        buffer.Write(bytes);
    }
}
