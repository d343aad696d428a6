using System.Buffers;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Takes out of a chat stream the one chunk that is there because the gateway asked for usage: the last, with usage and without choices.</summary>
/// <remarks>
/// Everything else passes unchanged, as soon as its event is complete. Held back are an event that is not complete yet, up to 64 KiB, and a chunk with
/// usage, until what follows shows that it was the last one: the end of the stream or anything but another JSON chunk. For one stream; not for use by
/// several threads.
/// </remarks>
internal sealed class UsageChunkFilter : IDisposable
{
    /// <summary>An event of more bytes passes without being looked at.</summary>
    public const int MaxHeld = 64 * 1024;

    private byte[] _held = [];
    private int _heldLength;
    private byte[]? _candidate;
    private bool _isLineEmpty = true;
    private bool _isPassing;

    /// <summary>Takes the next bytes of the stream, and writes what may go on.</summary>
    public void Write(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        // From here on the input was neither written nor held yet.
        var start = 0;
        var eventStart = 0;
        while (FindEventEnd(input, eventStart) is var end and >= 0)
        {
            if (_isPassing)
            {
                _isPassing = false;
            }
            else if (_heldLength > 0)
            {
                Hold(input[eventStart..end]);
                Judge(_held.AsSpan(0, _heldLength), SseChunk.Classify(_held.AsSpan(0, _heldLength)), output);
                _heldLength = 0;
                start = end;
            }
            else if (SseChunk.Classify(input[eventStart..end]) is var kind && (kind == SseChunkKind.Usage || _candidate is not null))
            {
                output.Write(input[start..eventStart]);
                Judge(input[eventStart..end], kind, output);
                start = end;
            }

            eventStart = end;
        }

        output.Write(input[start..eventStart]);
        KeepRest(input[eventStart..], output);
    }

    /// <summary>Ends the stream: writes what is left, but for the chunk that is to go.</summary>
    public void Complete(IBufferWriter<byte> output)
    {
        if (_heldLength > 0)
        {
            Judge(_held.AsSpan(0, _heldLength), SseChunk.Classify(_held.AsSpan(0, _heldLength)), output);
        }

        Dispose();
    }

    public void Dispose()
    {
        if (_held.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_held);
        }

        _held = [];
        _heldLength = 0;
        _candidate = null;
    }

    private void Judge(ReadOnlySpan<byte> one, SseChunkKind kind, IBufferWriter<byte> output)
    {
        if (_candidate is not null)
        {
            if (kind != SseChunkKind.Other)
            {
                output.Write(_candidate); // it was not the last
            }

            _candidate = null;
        }

        if (kind == SseChunkKind.Usage)
        {
            _candidate = one.ToArray();
        }
        else
        {
            output.Write(one);
        }
    }

    private void KeepRest(ReadOnlySpan<byte> rest, IBufferWriter<byte> output)
    {
        if (_isPassing)
        {
            output.Write(rest);
        }
        else if (_heldLength + rest.Length > MaxHeld)
        {
            if (_candidate is not null)
            {
                output.Write(_candidate);
                _candidate = null;
            }

            output.Write(_held.AsSpan(0, _heldLength));
            output.Write(rest);
            _heldLength = 0;
            _isPassing = true;
        }
        else if (!rest.IsEmpty)
        {
            Hold(rest);
        }
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (_heldLength + bytes.Length > _held.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(1024, _heldLength + bytes.Length));
            _held.AsSpan(0, _heldLength).CopyTo(larger);
            if (_held.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_held);
            }

            _held = larger;
        }

        bytes.CopyTo(_held.AsSpan(_heldLength));
        _heldLength += bytes.Length;
    }

    // An empty line ends an event. Remembers across calls whether the line so far is empty, or a CR alone.
    private int FindEventEnd(ReadOnlySpan<byte> input, int from)
    {
        for (var i = from; i < input.Length;)
        {
            if (_isLineEmpty)
            {
                var value = input[i++];
                if (value == '\n')
                {
                    return i;
                }

                _isLineEmpty = value == '\r';
            }
            else
            {
                var end = input[i..].IndexOf((byte)'\n');
                if (end < 0)
                {
                    return -1;
                }

                i += end + 1;
                _isLineEmpty = true;
            }
        }

        return -1;
    }
}
