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
    private const int MostDigits = 20;

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz !#$%&'()*+,-./:;<=>?@[]^_`{|}~");

    public static void Write(AccessEntry entry, ArrayBufferWriter<byte> line)
    {
        line.Write("{\"time\":\""u8);
        Utf8Formatter.TryFormat(entry.At.UtcDateTime, line.GetSpan(MostDigits * 2), out var written, 'O');
        line.Advance(written);
        line.Write("\""u8);
        Text(line, ",\"request_id\":\""u8, entry.RequestId);
        Text(line, ",\"key\":\""u8, entry.Key);
        Text(line, ",\"provider\":\""u8, entry.Provider);
        Text(line, ",\"method\":\""u8, entry.Method);
        Text(line, ",\"path\":\""u8, PathOf(entry));
        Text(line, ",\"model\":\""u8, entry.Model);
        Number(line, ",\"status\":"u8, entry.Status);
        Text(line, ",\"error\":\""u8, entry.Error);
        Text(line, ",\"outcome\":\""u8, entry.Outcome);
        Milliseconds(line, ",\"duration_ms\":"u8, entry.Duration);
        if (entry.FirstChunk is { } first)
        {
            Milliseconds(line, ",\"first_chunk_ms\":"u8, first);
        }

        if (entry.RequestBytes is { } requestBytes)
        {
            Number(line, ",\"request_bytes\":"u8, requestBytes);
        }

        if (entry.ResponseBytes is { } responseBytes)
        {
            Number(line, ",\"response_bytes\":"u8, responseBytes);
        }

        if (entry.InputTokens + entry.OutputTokens > 0)
        {
            Number(line, ",\"input_tokens\":"u8, entry.InputTokens);
            Number(line, ",\"output_tokens\":"u8, entry.OutputTokens);
            Fraction(line, ",\"cost_usd\":"u8, entry.NanoUsd, digits: 9);
            line.Write(entry.IsEstimated ? ",\"estimated\":true"u8 : ",\"estimated\":false"u8);
        }

        Text(line, ",\"credential\":\""u8, entry.Credential);
        Text(line, ",\"destination\":\""u8, entry.Destination);
        Text(line, ",\"run_id\":\""u8, entry.RunId);
        line.Write("}\n"u8);
    }

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

    private static void Text(ArrayBufferWriter<byte> line, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            Text(line, name, text.AsSpan());
        }
    }

    private static void Text(ArrayBufferWriter<byte> line, ReadOnlySpan<byte> name, ReadOnlySpan<char> text)
    {
        text = text.Length > MostText ? text[..MostText] : text;
        line.Write(name);
        if (text.ContainsAnyExcept(Plain))
        {
            // A line is read by tools: quotes and control characters are escaped, letters of other scripts need not be.
            line.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        }
        else
        {
            Encoding.ASCII.GetBytes(text, line);
        }

        line.Write("\""u8);
    }

    private static void Number(ArrayBufferWriter<byte> line, ReadOnlySpan<byte> name, long number)
    {
        line.Write(name);
        Utf8Formatter.TryFormat(number, line.GetSpan(MostDigits), out var written);
        line.Advance(written);
    }

    private static void Milliseconds(ArrayBufferWriter<byte> line, ReadOnlySpan<byte> name, TimeSpan time) =>
        Fraction(line, name, (time.Ticks + (TimeSpan.TicksPerMicrosecond / 2)) / TimeSpan.TicksPerMicrosecond, digits: 3);

    /// <summary>A number that is told in parts of its unit, such as microseconds of a millisecond.</summary>
    /// <param name="line">Where it goes.</param>
    /// <param name="name">The property.</param>
    /// <param name="parts">How many parts; not negative.</param>
    /// <param name="digits">The digits of a part.</param>
    private static void Fraction(ArrayBufferWriter<byte> line, ReadOnlySpan<byte> name, long parts, byte digits)
    {
        var unit = digits == 3 ? 1_000 : 1_000_000_000;
        Number(line, name, parts / unit);
        if (parts % unit is not 0 and var rest)
        {
            while (rest % 10 == 0)
            {
                rest /= 10;
                digits--;
            }

            line.Write("."u8);
            Utf8Formatter.TryFormat(rest, line.GetSpan(MostDigits), out var written, new StandardFormat('D', digits));
            line.Advance(written);
        }
    }
}
