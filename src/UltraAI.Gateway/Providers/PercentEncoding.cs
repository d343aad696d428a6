using System.Globalization;

namespace UltraAI.Gateway.Providers;

/// <summary>Percent-encoding in request targets (RFC 3986, section 2).</summary>
internal static class PercentEncoding
{
    /// <summary>Decodes the characters that mean the same encoded and not (section 2.3), and nothing else.</summary>
    public static string DecodeUnreserved(ReadOnlySpan<char> text)
    {
        var result = new char[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            result[length++] = TryDecode(text, i, out var value) && IsUnreserved(value) ? (char)value : text[i];
            if (result[length - 1] != text[i])
            {
                i += 2;
            }
        }

        return new string(result, 0, length);
    }

    /// <summary>Reads the escape that begins at an index.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, int index, out byte value)
    {
        value = 0;
        return text[index] == '%' && index + 2 < text.Length
            && byte.TryParse(text.Slice(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static bool IsUnreserved(byte value) => char.IsAsciiLetterOrDigit((char)value) || (char)value is '-' or '.' or '_' or '~';
}
