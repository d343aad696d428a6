using System.Buffers;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Metering;

/// <summary>Reads the usage out of a response whose bytes pass by. It never holds them back and never changes them.</summary>
/// <remarks>
/// Not for several threads at once. <see cref="Complete"/> must be called once, however the response ends: it gives buffers back.
/// Content codings are decoded beside the bytes that are forwarded; one that .NET can't decode (<c>zstd</c>) is not observed.
/// Measured on an AMD EPYC, in CPU time: 1.2 to 1.5 µs for a chat completion of 1 KB, 0.2 to 0.3 µs for an event of 250 bytes, 5 to 8 µs for 1 KB under <c>gzip</c> or <c>br</c>.
/// </remarks>
internal sealed class UsageObserver
{
    /// <summary>The most that is decoded of a compressed response, in bytes. Two thousand embeddings of 3,072 dimensions are about half as long.</summary>
    public const long MostDecodedBytes = 256L * 1024 * 1024;

    // U+FEFF is EF BB BF.
    private static readonly SearchValues<byte> BlankOrMark = SearchValues.Create([(byte)' ', (byte)'\t', (byte)'\r', (byte)'\n', 0xEF, 0xBB, 0xBF]);

    private readonly UsageFormat _format;
    private readonly ContentDecoder? _decoder;
    private JsonUsageScanner _json;
    private EventUsageScanner _events;
    private Framing _framing;
    private long _decodedBytes;
    private bool _isBroken;

    private UsageObserver(UsageFormat format, ContentDecoder? decoder)
    {
        _format = format;
        _decoder = decoder;
        _json = new JsonUsageScanner(format);
    }

    private enum Framing
    {
        Unknown,
        Json,
        Events,
    }

    /// <summary>Makes an observer for a response, or null when there is nothing to observe.</summary>
    /// <param name="dialect">How the endpoint reports usage.</param>
    /// <param name="contentType">The response's <c>Content-Type</c>. JSON and server-sent events are told apart by their first byte.</param>
    /// <param name="contentEncoding">The response's <c>Content-Encoding</c>.</param>
    public static UsageObserver? Create(UsageDialect dialect, string? contentType, string? contentEncoding)
    {
        if (UsageFormats.Of(dialect) is not { } format || !MayReport(contentType))
        {
            return null;
        }

        return ContentDecoder.TryCreate(contentEncoding, out var decoder) ? new UsageObserver(format, decoder) : null;
    }

    /// <summary>Sees the next bytes of the response.</summary>
    public void Observe(ReadOnlySpan<byte> bytes)
    {
        if (_isBroken)
        {
            return;
        }

        if (_decoder is null)
        {
            Scan(bytes);
        }
        else if (!_decoder.Decode(bytes, this))
        {
            _isBroken = true;
        }
    }

    /// <summary>Ends the observation.</summary>
    /// <param name="hasArrived">Whether the response arrived to its end; false when the client left or the provider broke off.</param>
    public UsageReading Complete(bool hasArrived)
    {
        _json.Dispose();
        _decoder?.Dispose();
        var isEnd = (hasArrived && !_isBroken) || _json.IsDone || (_framing == Framing.Json && _json.IsClosed);
        var stage = _json.Stage;
        return new UsageReading(
            stage is null ? default : _format.ToUsage(_json.Counts),
            IsReported: stage is not null,
            IsComplete: stage == UsageStage.Final || (stage == UsageStage.Running && isEnd),
            _json.ContentBytes);
    }

    /// <summary>Sees bytes that a decoder made.</summary>
    /// <returns>Whether it wants more.</returns>
    internal bool Decoded(ReadOnlySpan<byte> bytes)
    {
        _decodedBytes += bytes.Length;
        Scan(bytes);
        return _decodedBytes <= MostDecodedBytes;
    }

    private void Scan(ReadOnlySpan<byte> bytes)
    {
        if (_framing == Framing.Unknown)
        {
            bytes = Sniff(bytes);
        }

        if (_framing == Framing.Json)
        {
            _json.Scan(bytes);
        }
        else if (_framing == Framing.Events)
        {
            _events.Scan(bytes, ref _json);
        }
    }

    /// <summary>Decides by the first byte that is neither blank nor part of a byte order mark.</summary>
    private ReadOnlySpan<byte> Sniff(ReadOnlySpan<byte> bytes)
    {
        var start = bytes.IndexOfAnyExcept(BlankOrMark);
        if (start < 0)
        {
            return [];
        }

        _framing = bytes[start] is (byte)'{' or (byte)'[' ? Framing.Json : Framing.Events;
        _json.IsStream = _framing == Framing.Events;
        return bytes[start..];
    }

    // Imitations send JSON and events as text/plain, or with no type at all.
    private static bool MayReport(string? contentType) =>
        string.IsNullOrEmpty(contentType)
        || contentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || contentType.Contains("json", StringComparison.OrdinalIgnoreCase);
}
