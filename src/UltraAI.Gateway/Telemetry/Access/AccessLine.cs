using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace UltraAI.Gateway.Telemetry.Access;

/// <summary>An entry as a line of JSON. What is not known is left out.</summary>
/// <remarks>By hand: with <see cref="Utf8JsonWriter"/> it took as much of a busy gateway's time as the metrics do.</remarks>
internal static class AccessLine
{
    private const int MostText = 1024;

    // A character takes six bytes where it is escaped.
    private const int MostCharacterBytes = 6;

    // All names and numbers together.
    private const int MostOtherBytes = 1024;

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz !#$%&'()*+,-./:;<=>?@[]^_`{|}~");

    /// <summary>How long the line of an entry may be, in bytes.</summary>
    public static int MostBytes(AccessEntry entry) => MostOtherBytes + (MostCharacterBytes * (
        Length(entry.RequestId) + Length(entry.Key) + Length(entry.Provider) + Length(entry.Method) + Length(entry.Target) + Length(entry.Model)
        + Length(entry.Error) + Length(entry.Outcome) + Length(entry.Credential) + Length(entry.Destination) + Length(entry.RunId)));

    /// <param name="entry">The entry.</param>
    /// <param name="bytes">Where the line goes; at least <see cref="MostBytes"/> long.</param>
    /// <returns>How long it is.</returns>
    public static int Write(AccessEntry entry, Span<byte> bytes)
    {
        var line = new Line(bytes);
        line.Add("{\"time\":\""u8);
        line.Add(entry.At);
        line.Add("\""u8);
        Text(ref line, ",\"request_id\":\""u8, entry.RequestId);
        Text(ref line, ",\"key\":\""u8, entry.Key);
        Text(ref line, ",\"provider\":\""u8, entry.Provider);
        Text(ref line, ",\"method\":\""u8, entry.Method);
        Text(ref line, ",\"path\":\""u8, PathOf(entry));
        Text(ref line, ",\"model\":\""u8, entry.Model);
        Number(ref line, ",\"status\":"u8, entry.Status);
        Text(ref line, ",\"error\":\""u8, entry.Error);
        Text(ref line, ",\"outcome\":\""u8, entry.Outcome);
        Milliseconds(ref line, ",\"duration_ms\":"u8, entry.Duration);
        if (entry.FirstChunk is { } first)
        {
            Milliseconds(ref line, ",\"first_chunk_ms\":"u8, first);
        }

        if (entry.RequestBytes is { } requestBytes)
        {
            Number(ref line, ",\"request_bytes\":"u8, requestBytes);
        }

        if (entry.ResponseBytes is { } responseBytes)
        {
            Number(ref line, ",\"response_bytes\":"u8, responseBytes);
        }

        var hasTokens = entry.InputTokens + entry.OutputTokens > 0;
        if (hasTokens)
        {
            Number(ref line, ",\"input_tokens\":"u8, entry.InputTokens);
            Number(ref line, ",\"output_tokens\":"u8, entry.OutputTokens);
        }

        if (hasTokens || entry.NanoUsd > 0)
        {
            Fraction(ref line, ",\"cost_usd\":"u8, entry.NanoUsd, digits: 9);
        }

        if (hasTokens)
        {
            line.Add(entry.IsEstimated ? ",\"estimated\":true"u8 : ",\"estimated\":false"u8);
        }

        Text(ref line, ",\"credential\":\""u8, entry.Credential);
        Text(ref line, ",\"destination\":\""u8, entry.Destination);
        Text(ref line, ",\"run_id\":\""u8, entry.RunId);
        line.Add("}\n"u8);
        return line.Length;
    }

    private static int Length(string? text) => text is null ? 0 : Math.Min(text.Length, MostText);

    // A URL may hold a key, where none belongs: then all that is told of it is the route.
    private static ReadOnlySpan<char> PathOf(AccessEntry entry)
    {
        var path = entry.Target.AsSpan();
        if (path.IndexOf('?') is var query and >= 0)
        {
            path = path[..query];
        }

        if (entry.Error == "invalid_key" && path.Length > 1 && path[1..].IndexOf('/') is var segment and >= 0)
        {
            path = path[..(segment + 1)];
        }

        return path;
    }

    private static void Text(ref Line line, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            Text(ref line, name, text.AsSpan());
        }
    }

    private static void Text(ref Line line, ReadOnlySpan<byte> name, ReadOnlySpan<char> text)
    {
        text = text.Length > MostText ? text[..MostText] : text;
        line.Add(name);
        if (text.ContainsAnyExcept(Plain))
        {
            // A line is read by tools: quotes and control characters are escaped, letters of other scripts need not be.
            // Not JsonEncodedText: it throws at half of a surrogate pair, and the cut may have left one.
            line.AddUtf8(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text.ToString()));
        }
        else
        {
            line.AddAscii(text);
        }

        line.Add("\""u8);
    }

    private static void Number(ref Line line, ReadOnlySpan<byte> name, long number)
    {
        line.Add(name);
        line.Add(number);
    }

    private static void Milliseconds(ref Line line, ReadOnlySpan<byte> name, TimeSpan time) =>
        Fraction(ref line, name, (time.Ticks + (TimeSpan.TicksPerMicrosecond / 2)) / TimeSpan.TicksPerMicrosecond, digits: 3);

    /// <summary>A number that is told in parts of its unit, such as microseconds of a millisecond.</summary>
    /// <param name="line">Where it goes.</param>
    /// <param name="name">The property.</param>
    /// <param name="parts">How many parts; not negative.</param>
    /// <param name="digits">The digits of a part.</param>
    private static void Fraction(ref Line line, ReadOnlySpan<byte> name, long parts, byte digits)
    {
        var unit = digits == 3 ? 1_000 : 1_000_000_000;
        Number(ref line, name, parts / unit);
        if (parts % unit is not 0 and var rest)
        {
            while (rest % 10 == 0)
            {
                rest /= 10;
                digits--;
            }

            line.Add("."u8);
            line.Add(rest, new StandardFormat('D', digits));
        }
    }

    /// <summary>A line as far as it is written.</summary>
    private ref struct Line(Span<byte> bytes)
    {
        private readonly Span<byte> _bytes = bytes;

        public int Length { get; private set; }

        public void Add(ReadOnlySpan<byte> text)
        {
            text.CopyTo(_bytes[Length..]);
            Length += text.Length;
        }

        public void AddAscii(ReadOnlySpan<char> text)
        {
            Ascii.FromUtf16(text, _bytes[Length..], out var written);
            Length += written;
        }

        public void AddUtf8(string text) => Length += Encoding.UTF8.GetBytes(text, _bytes[Length..]);

        public void Add(long number, StandardFormat format = default)
        {
            Utf8Formatter.TryFormat(number, _bytes[Length..], out var written, format);
            Length += written;
        }

        public void Add(DateTimeOffset time)
        {
            Utf8Formatter.TryFormat(time.UtcDateTime, _bytes[Length..], out var written, 'O');
            Length += written;
        }
    }
}
