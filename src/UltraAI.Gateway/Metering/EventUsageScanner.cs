namespace UltraAI.Gateway.Metering;

/// <summary>Takes server-sent events apart, in pieces of any size: what follows <c>data:</c> is JSON, and an empty line ends it.</summary>
/// <remarks>https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation</remarks>
internal struct EventUsageScanner
{
    private Line _line;
    private int _matched;
    private bool _isAfterCarriageReturn;

    private enum Line
    {
        Start,
        Data,
        Other,
    }

    private static ReadOnlySpan<byte> DataField => "data:"u8;

    public void Scan(ReadOnlySpan<byte> bytes, ref JsonUsageScanner json)
    {
        while (!bytes.IsEmpty)
        {
            if (_line == Line.Start)
            {
                bytes = bytes[BeginLine(bytes, ref json)..];
                continue;
            }

            var end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
            if (_line == Line.Data)
            {
                json.Scan(end < 0 ? bytes : bytes[..end]);
            }

            if (end < 0)
            {
                return;
            }

            EndLine(bytes[end]);
            bytes = bytes[(end + 1)..];
        }
    }

    /// <returns>How many bytes were taken.</returns>
    private int BeginLine(ReadOnlySpan<byte> bytes, ref JsonUsageScanner json)
    {
        if (_matched == 0)
        {
            if (bytes.StartsWith(DataField))
            {
                _line = Line.Data;
                return DataField.Length;
            }

            var first = bytes[0];
            if (first is (byte)'\r' or (byte)'\n')
            {
                // The second half of CR LF is no line of its own.
                if (first != (byte)'\n' || !_isAfterCarriageReturn)
                {
                    json.Restart();
                }

                EndLine(first);
                return 1;
            }
        }

        if (bytes[0] != DataField[_matched])
        {
            _line = Line.Other;
            return 0;
        }

        _matched++;
        _line = _matched == DataField.Length ? Line.Data : Line.Start;
        return 1;
    }

    private void EndLine(byte end)
    {
        _line = Line.Start;
        _matched = 0;
        _isAfterCarriageReturn = end == (byte)'\r';
    }
}
