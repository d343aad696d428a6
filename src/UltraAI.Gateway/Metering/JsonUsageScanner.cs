using System.Buffers;
using System.Runtime.CompilerServices;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Metering;

/// <summary>Finds the usage object in JSON that passes in pieces, and counts the bytes of text that the model wrote.</summary>
/// <remarks>
/// It follows strings, escapes and depth, jumping from one such byte to the next, so that the same words in a text, a tool's arguments or
/// a nested object are nothing to it. Nothing is buffered but the beginning of a name, and of a usage object, that a piece ends in.
/// Anything that is not JSON is walked through without harm.
/// </remarks>
internal struct JsonUsageScanner(UsageFormat format)
{
    // The largest usage objects seen are below 2 KB.
    private const int MostCapturedBytes = 64 * 1024;
    private const int FirstCapturedBytes = 1024;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> InText = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t\r\n"u8);

    private State _state;
    private UsageName _name;
    private bool _isContent;
    private int _depth;
    private int _rootDepth;
    private int _envelopeDepth;
    private int _captureDepth;
    private bool _isCaptureEnveloped;
    private int _nameLength;
    private NameStart _nameStart;
    private byte[]? _captured;
    private int _capturedLength;
    private UsageCounts _counts;

    private enum State
    {
        Between,
        Text,
        Escape,
        AfterText,
        BeforeValue,
    }

    /// <summary>Whether the JSON is that of a stream's events.</summary>
    public bool IsStream { get; set; }

    /// <summary>Whether a whole JSON value has passed, and no other one has begun.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Whether a top-level array has passed where the dialect has none: OpenAI's <c>[DONE]</c>.</summary>
    public bool IsDone { get; private set; }

    public readonly UsageCounts Counts => _counts;

    /// <summary>The stage of the last report; null without one.</summary>
    public UsageStage? Stage { get; private set; }

    /// <summary>Bytes of the model's text since the last report, in JSON's spelling.</summary>
    public long ContentBytes { get; private set; }

    /// <summary>Forgets where it was, for another JSON value.</summary>
    public void Restart()
    {
        if (_depth > 0 || _state != State.Between)
        {
            _state = State.Between;
            _name = UsageName.Other;
            _isContent = false;
            _depth = 0;
            DropCapture();
        }
    }

    /// <summary>Returns the buffer, if one is held.</summary>
    public void DropCapture()
    {
        _captureDepth = 0;
        _capturedLength = 0;
        if (_captured is { } buffer)
        {
            _captured = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Scan(ReadOnlySpan<byte> json)
    {
        var captureStart = 0;
        for (var i = 0; i < json.Length;)
        {
            switch (_state)
            {
                case State.Between:
                    i = Between(json, i, ref captureStart);
                    break;
                case State.Text:
                    i = Text(json, i);
                    break;
                case State.Escape:
                    _state = State.Text;
                    i++;
                    break;
                default:
                    i = AfterBlanks(json, i);
                    break;
            }
        }

        if (_captureDepth > 0)
        {
            Capture(json[captureStart..]);
        }
    }

    private int Between(ReadOnlySpan<byte> json, int start, ref int captureStart)
    {
        var next = json[start..].IndexOfAny(Structure);
        if (next < 0)
        {
            return json.Length;
        }

        var at = start + next;
        switch (json[at])
        {
            case (byte)'"':
                _state = State.Text;
                _nameLength = 0;
                return Text(json, at + 1);
            case (byte)'}' or (byte)']':
                Close(json, at, captureStart);
                break;
            default:
                if (Open(json[at]))
                {
                    captureStart = at;
                }

                break;
        }

        return at + 1;
    }

    /// <summary>Walks to the end of a string.</summary>
    private int Text(ReadOnlySpan<byte> json, int start)
    {
        var next = json[start..].IndexOfAny(InText);
        var end = next < 0 ? json.Length : start + next;
        if (_isContent)
        {
            ContentBytes += end - start;
        }

        if (next >= 0 && json[end] == (byte)'"')
        {
            return EndText(json, json[start..end], end + 1);
        }

        KeepNameStart(json[start..end]);
        if (next < 0)
        {
            return end;
        }

        // A name with an escape in it is none that is looked for: too long to be one from here on.
        _nameLength = NameStart.Length + 1;
        ContentBytes += _isContent ? 2 : 0;
        _state = end + 1 < json.Length ? State.Text : State.Escape;
        return end + 2;
    }

    private int EndText(ReadOnlySpan<byte> json, ReadOnlySpan<byte> text, int next)
    {
        if (_isContent)
        {
            _isContent = false;
            _state = State.Between;
            return next;
        }

        if (_nameLength == 0)
        {
            _name = format.NameOf(text, IsStream);
        }
        else
        {
            KeepNameStart(text);
            _name = _nameLength <= NameStart.Length ? format.NameOf(_nameStart[.._nameLength], IsStream) : UsageName.Other;
        }

        // Most names are followed by their colon at once, and are none that is looked for.
        _state = _name == UsageName.Other ? State.Between : State.AfterText;
        return next < json.Length && _state == State.AfterText ? AfterBlanks(json, next) : next;
    }

    /// <summary>After a name that is looked for: its colon, then its value. A string without a colon was no name.</summary>
    private int AfterBlanks(ReadOnlySpan<byte> json, int start)
    {
        var next = json[start..].IndexOfAnyExcept(Blank);
        if (next < 0)
        {
            return json.Length;
        }

        var at = start + next;
        if (_state == State.AfterText && json[at] == (byte)':')
        {
            _state = State.BeforeValue;
            return at + 1;
        }

        var isText = _state == State.BeforeValue && json[at] == (byte)'"';
        if (_state == State.AfterText || (json[at] != (byte)'{' && !isText))
        {
            _name = UsageName.Other;
        }

        _isContent = isText && _name == UsageName.Content;
        _state = State.Between;
        return at;
    }

    /// <returns>Whether the object that opens is the usage.</returns>
    private bool Open(byte bracket)
    {
        var name = _name;
        _name = UsageName.Other;
        if (_depth == 0)
        {
            IsClosed = false;
            _envelopeDepth = 0;
            _rootDepth = bracket == (byte)'[' && format.MayBeArray ? 2 : 1;
            IsDone |= bracket == (byte)'[' && !format.MayBeArray;
        }

        var isEnveloped = _depth > 0 && _depth == _envelopeDepth;
        var isUsage = name == UsageName.Usage && _captureDepth == 0 && (isEnveloped || _depth == _rootDepth);
        _depth++;
        if (name == UsageName.Envelope && _depth - 1 == _rootDepth)
        {
            _envelopeDepth = _depth;
        }

        if (isUsage)
        {
            _captureDepth = _depth;
            _isCaptureEnveloped = isEnveloped;
        }

        return isUsage;
    }

    private void Close(ReadOnlySpan<byte> json, int at, int captureStart)
    {
        if (_depth == 0)
        {
            return;
        }

        if (_depth == _captureDepth)
        {
            Captured(json[captureStart..(at + 1)]);
        }

        if (_depth == _envelopeDepth)
        {
            _envelopeDepth = 0;
        }

        _depth--;
        IsClosed = _depth == 0;
    }

    private void Captured(ReadOnlySpan<byte> rest)
    {
        if (_capturedLength > 0 && !Capture(rest))
        {
            return;
        }

        if (format.TryRead(_capturedLength > 0 ? _captured.AsSpan(0, _capturedLength) : rest, ref _counts))
        {
            Stage = format.StageOf(_isCaptureEnveloped);
            ContentBytes = 0;
        }

        DropCapture();
    }

    /// <summary>Keeps what has passed of a usage object; one that is too long is let go.</summary>
    private bool Capture(ReadOnlySpan<byte> bytes)
    {
        var length = _capturedLength + bytes.Length;
        if (length > MostCapturedBytes)
        {
            DropCapture();
            return false;
        }

        if (_captured is null || length > _captured.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, Math.Max(FirstCapturedBytes, _capturedLength * 2)));
            _captured.AsSpan(0, _capturedLength).CopyTo(larger);
            if (_captured is { } smaller)
            {
                ArrayPool<byte>.Shared.Return(smaller);
            }

            _captured = larger;
        }

        bytes.CopyTo(_captured.AsSpan(_capturedLength));
        _capturedLength = length;
        return true;
    }

    private void KeepNameStart(ReadOnlySpan<byte> text)
    {
        if (_isContent || text.IsEmpty)
        {
            return;
        }

        if (_nameLength + text.Length <= NameStart.Length)
        {
            text.CopyTo(_nameStart[_nameLength..]);
        }

        _nameLength = Math.Min(_nameLength + text.Length, NameStart.Length + 1);
    }

    [InlineArray(Length)]
    private struct NameStart
    {
        public const int Length = 32;

        private byte _first;
    }
}
