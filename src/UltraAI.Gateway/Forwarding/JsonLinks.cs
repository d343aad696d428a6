using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Replaces the string values of one property in a JSON text; every other byte stays.</summary>
internal static class JsonLinks
{
    /// <returns>Null if nothing was to be replaced, or if the text is not JSON.</returns>
    public static byte[]? Rewrite(ReadOnlySpan<byte> json, string property, Func<string, string?> rewrite)
    {
        var reader = new Utf8JsonReader(json);
        MemoryStream? result = null;
        var copied = 0;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(property)
                    || !reader.Read() || reader.TokenType != JsonTokenType.String
                    || rewrite(reader.GetString()!) is not { } value)
                {
                    continue;
                }

                result ??= new MemoryStream(json.Length + 64);
                result.Write(json[copied..(int)reader.TokenStartIndex]);
                result.WriteByte((byte)'"');
                result.Write(Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)));
                result.WriteByte((byte)'"');
                copied = (int)reader.BytesConsumed;
            }
        }
        catch (JsonException)
        {
            return null;
        }

        result?.Write(json[copied..]);
        return result?.ToArray();
    }
}
