using System.Buffers;
using System.Text.Json;

namespace UltraAI.Gateway.Forwarding;

/// <summary>What an event of a chat stream is.</summary>
internal enum SseChunkKind
{
    /// <summary>No JSON: <c>[DONE]</c>, a comment, an empty line.</summary>
    Other,

    /// <summary>A chunk.</summary>
    Chunk,

    /// <summary>A chunk without choices and with usage.</summary>
    Usage,
}

/// <summary>Looks at one event of a chat stream.</summary>
/// <remarks>https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream</remarks>
internal static class SseChunk
{
    public static SseChunkKind Classify(ReadOnlySpan<byte> one)
    {
        var first = DataOf(one, out var rest);
        var data = first.TrimStart(" "u8);
        if (data.IsEmpty || data[0] != '{')
        {
            return SseChunkKind.Other;
        }

        // Nearly every chunk ends here.
        if (one.IndexOf("\"usage\""u8) < 0 || !MayLackChoices(one))
        {
            return SseChunkKind.Chunk;
        }

        return (DataOf(rest, out _).IsEmpty ? IsUsage(data) : IsUsage(Joined(one))) ? SseChunkKind.Usage : SseChunkKind.Chunk;
    }

    // "choices" and an empty array, anywhere.
    private static bool MayLackChoices(ReadOnlySpan<byte> text)
    {
        while (text.IndexOf("\"choices\""u8) is var index and >= 0)
        {
            text = text[(index + "\"choices\"".Length)..];
            var value = text.TrimStart(" \t\r\n:"u8);
            if (value.StartsWith("["u8) && value[1..].TrimStart(" \t\r\n"u8).StartsWith("]"u8))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsUsage(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        bool hasNoChoices = false, hasUsage = false;
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("choices"u8))
                {
                    reader.Read();
                    if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.EndArray)
                    {
                        return false;
                    }

                    hasNoChoices = true;
                }
                else
                {
                    var isUsage = reader.ValueTextEquals("usage"u8);
                    reader.Read();
                    hasUsage |= isUsage && reader.TokenType == JsonTokenType.StartObject;
                    reader.Skip();
                }
            }

            return hasNoChoices && hasUsage && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // The value of the first data line; empty if there is none.
    private static ReadOnlySpan<byte> DataOf(ReadOnlySpan<byte> lines, out ReadOnlySpan<byte> rest)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? default : lines[(end + 1)..];
            if (line.StartsWith("data:"u8))
            {
                rest = lines;
                return line["data:".Length..].TrimEnd("\r"u8);
            }
        }

        rest = default;
        return default;
    }

    // A chunk over several data lines.
    private static ReadOnlySpan<byte> Joined(ReadOnlySpan<byte> one)
    {
        var joined = new ArrayBufferWriter<byte>(one.Length);
        for (var data = DataOf(one, out var rest); !data.IsEmpty; data = DataOf(rest, out rest))
        {
            joined.Write(data);
            joined.Write("\n"u8);
        }

        return joined.WrittenSpan;
    }
}
