using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Metering;

/// <summary>Finds the usage object in JSON that passes in pieces, and counts the bytes of text that the model wrote.</summary>
/// <remarks>
/// It follows strings, escapes and depth, 32 bytes at a time, so that the same words in a text, a tool's arguments or a nested object
/// are nothing to it. Nothing is buffered but the beginning of a name, and of a usage object, that a piece ends in.
/// Anything that is not JSON is walked through without harm.
/// </remarks>
internal struct JsonUsageScanner(UsageFormat format)
{
    private bool _isInText;
    private bool _isContent;
    private bool _isEscaped;
    private Awaited _awaited;
    private UsageName _name;
    private int _depth;
    private int _rootDepth;
    private int _envelopeDepth;
    private int _captureDepth;
    private bool _isCaptureEnveloped;
    private UsageCapture _capture;
    private NamePieces _namePieces;
    private UsageCounts _counts;

    private enum Awaited
    {
        Nothing,
        Colon,
        Value,
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
        _isInText = _isContent = _isEscaped = false;
        _awaited = Awaited.Nothing;
        _name = UsageName.Other;
        _depth = _captureDepth = 0;
        _capture.Drop();
    }

    public void Scan(ReadOnlySpan<byte> json)
    {
        var textStart = 0;
        var captureStart = 0;
        if (_awaited != Awaited.Nothing)
        {
            LookAhead(json);
        }

        for (var block = 0; block < json.Length; block += Vector256<byte>.Count)
        {
            var marks = JsonMarks.In(json[block..]);
            if (_isEscaped)
            {
                marks &= ~1u;
                _isEscaped = false;
            }

            for (; marks != 0; marks &= marks - 1)
            {
                var at = block + BitOperations.TrailingZeroCount(marks);
                if (!_isInText)
                {
                    Step(json, at, ref textStart, ref captureStart);
                }
                else if (json[at] == (byte)'"')
                {
                    EndText(json[textStart..at], json[(at + 1)..]);
                }
                else if (json[at] == (byte)'\\')
                {
                    // What is escaped marks nothing: the next byte, here or in the next block.
                    var next = at + 1 - block;
                    marks &= ~(uint)(1UL << next);
                    _isEscaped = next == Vector256<byte>.Count || at + 1 == json.Length;
                }
            }
        }

        if (_isInText)
        {
            SuspendText(json[textStart..]);
        }

        if (_captureDepth > 0 && !_capture.TryAdd(json[captureStart..]))
        {
            _captureDepth = 0;
        }
    }

    /// <summary>Returns the buffer, if one is held.</summary>
    public void Dispose() => _capture.Drop();

    /// <summary>Takes a quote or bracket outside of strings.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step(ReadOnlySpan<byte> json, int at, ref int textStart, ref int captureStart)
    {
        switch (json[at])
        {
            case (byte)'"':
                _isInText = true;
                _namePieces.Clear();
                textStart = at + 1;
                break;
            case (byte)'{' or (byte)'[':
                captureStart = Open(json[at]) ? at : captureStart;
                break;
            case (byte)'}' or (byte)']':
                Close(json, at, captureStart);
                break;
        }
    }

    private void EndText(ReadOnlySpan<byte> text, ReadOnlySpan<byte> rest)
    {
        _isInText = false;
        if (_isContent)
        {
            ContentBytes += text.Length;
            _isContent = false;
            return;
        }

        _name = format.NameOf(_namePieces.Complete(text), IsStream);
        if (_name != UsageName.Other)
        {
            _awaited = Awaited.Colon;
            LookAhead(rest);
        }
    }

    /// <summary>After a name that is looked for: its colon, then its value. A string without a colon was no name.</summary>
    private void LookAhead(ReadOnlySpan<byte> json)
    {
        foreach (var next in json)
        {
            if (next is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                continue;
            }

            if (_awaited == Awaited.Colon && next == (byte)':')
            {
                _awaited = Awaited.Value;
                continue;
            }

            _isContent = _awaited == Awaited.Value && next == (byte)'"' && _name == UsageName.Content;
            _name = _awaited == Awaited.Value && next == (byte)'{' ? _name : UsageName.Other;
            _awaited = Awaited.Nothing;
            return;
        }
    }

    /// <returns>Whether the object that opens is the usage.</returns>
    private bool Open(byte bracket)
    {
        var name = _name;
        _name = UsageName.Other;
        if (_depth == 0)
        {
            var isArray = bracket == (byte)'[';
            IsClosed = false;
            _envelopeDepth = 0;
            _rootDepth = isArray && format.MayBeArray ? 2 : 1;
            IsDone |= isArray && !format.MayBeArray;
        }

        var isEnveloped = _depth > 0 && _depth == _envelopeDepth;
        var isTop = _depth == _rootDepth;
        _depth++;
        if (name == UsageName.Usage && _captureDepth == 0 && (isTop || isEnveloped))
        {
            _captureDepth = _depth;
            _isCaptureEnveloped = isEnveloped;
            return true;
        }

        if (name == UsageName.Envelope && isTop)
        {
            _envelopeDepth = _depth;
        }

        return false;
    }

    private void Close(ReadOnlySpan<byte> json, int at, int captureStart)
    {
        if (_depth == 0)
        {
            return;
        }

        if (_depth == _captureDepth)
        {
            _captureDepth = 0;
            Read(json[captureStart..(at + 1)]);
        }

        if (_depth == _envelopeDepth)
        {
            _envelopeDepth = 0;
        }

        _depth--;
        IsClosed = _depth == 0;
    }

    private void Read(ReadOnlySpan<byte> usage)
    {
        if (_capture.TryComplete(ref usage) && format.TryRead(usage, ref _counts))
        {
            Stage = format.StageOf(_isCaptureEnveloped);
            ContentBytes = 0;
        }

        _capture.Drop();
    }

    /// <summary>A piece ends within a string.</summary>
    private void SuspendText(ReadOnlySpan<byte> text)
    {
        if (_isContent)
        {
            ContentBytes += text.Length;
        }
        else
        {
            _namePieces.Add(text);
        }
    }
}
