using System.Runtime.InteropServices;
using System.Text.Json;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Looks into JSON of strangers: a value that is missing, null or of another kind is nothing.</summary>
internal static class JsonValues
{
    /// <summary>The value of a property; an undefined element if there is none, or the element is no object.</summary>
    public static JsonElement Get(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    public static bool IsObject(this JsonElement element) => element.ValueKind == JsonValueKind.Object;

    public static string? Text(this JsonElement element, ReadOnlySpan<byte> name) => element.Get(name).AsText();

    /// <exception cref="InvalidOperationException">The text is not valid Unicode.</exception>
    public static string? AsText(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    /// <summary>Whether all text in it, which must exist, is valid Unicode. JSON may hold bytes that are not UTF-8, and half of a surrogate pair as an escape.</summary>
    public static bool IsUnicode(this JsonElement element)
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(element));
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    reader.GetString();
                }
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    public static long? Long(this JsonElement element, ReadOnlySpan<byte> name)
    {
        var value = element.Get(name);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
    }

    /// <summary>A count: zero if it is missing or negative.</summary>
    public static long Count(this JsonElement element, ReadOnlySpan<byte> name) => Math.Max(0, element.Long(name) ?? 0);

    public static bool IsTrue(this JsonElement element, ReadOnlySpan<byte> name) => element.Get(name).ValueKind == JsonValueKind.True;

    /// <summary>The items of an array; none if it is no array.</summary>
    public static JsonElement.ArrayEnumerator Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : default;
}
