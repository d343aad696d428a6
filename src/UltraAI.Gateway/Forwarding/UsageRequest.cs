using System.Buffers;
using System.Text.Json;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Asks for usage at the end of a stream: <c>stream_options.include_usage</c>.</summary>
/// <remarks>https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream_options</remarks>
internal static class UsageRequest
{
    private static readonly byte[] Property = "\"stream_options\":{\"include_usage\":true},"u8.ToArray();
    private static readonly byte[] Options = "{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] Member = "\"include_usage\":true,"u8.ToArray();
    private static readonly byte[] OnlyMember = "\"include_usage\":true"u8.ToArray();
    private static readonly byte[] True = "true"u8.ToArray();

    /// <param name="body">The whole body.</param>
    /// <returns>
    /// The body with usage asked for, every other byte as it was; null if it is no stream, asks already, or is not understood: then it goes on as it is.
    /// </returns>
    public static ReadOnlySequence<byte>? TryAdd(in ReadOnlySequence<byte> body)
    {
        try
        {
            return Find(new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 512 })) is { } splice
                ? SplicedSequence.Replace(body, splice.Start, splice.End, splice.Text)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return null; // a name that is not Unicode
        }
    }

    private static Splice? Find(Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        var inside = reader.BytesConsumed;
        int streams = 0, options = 0;
        var isStream = false;
        Splice? splice = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("stream"u8))
            {
                streams++;
                reader.Read();
                isStream = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("stream_options"u8))
            {
                options++;
                splice = InOptions(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        reader.Read(); // throws for anything behind the object
        return !isStream || streams != 1 || options > 1 ? null
            : options == 0 ? new Splice(inside, inside, Property)
            : splice;
    }

    // On the name. Ends on the value's last token.
    private static Splice? InOptions(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return new Splice(reader.TokenStartIndex, reader.BytesConsumed, Options);
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        var inside = reader.BytesConsumed;
        int members = 0, flags = 0;
        Splice? splice = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            members++;
            var isFlag = reader.ValueTextEquals("include_usage"u8);
            reader.Read();
            if (isFlag)
            {
                flags++;
                splice = reader.TokenType is JsonTokenType.False or JsonTokenType.Null
                    ? new Splice(reader.TokenStartIndex, reader.BytesConsumed, True)
                    : null;
            }

            reader.Skip();
        }

        return flags switch
        {
            0 => new Splice(inside, inside, members == 0 ? OnlyMember : Member),
            1 => splice,
            _ => null,
        };
    }

    /// <summary>What is put in the place of the bytes from one offset to another.</summary>
    private readonly record struct Splice(long Start, long End, byte[] Text);
}
