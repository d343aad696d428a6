using System.IO.Compression;
using System.Text;

namespace UltraAI.Gateway.Metering.Content;

/// <summary>Makes text of the beginning of a body.</summary>
internal static class ContentText
{
    /// <summary>The text; null if it is none, or under a coding that .NET can't undo.</summary>
    /// <param name="body">The beginning of a body.</param>
    /// <param name="type">Its <c>Content-Type</c>; null: JSON.</param>
    /// <param name="encoding">Its <c>Content-Encoding</c>.</param>
    /// <param name="most">The most bytes to decode.</param>
    /// <param name="isCut">Whether there was more.</param>
    public static string? Of(ReadOnlySpan<byte> body, string? type, string? encoding, int most, ref bool isCut)
    {
        if (type is { Length: > 0 } && !type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) && !type.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var text = string.IsNullOrEmpty(encoding) || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase) ? body.ToArray() : Decode(body.ToArray(), encoding, most, ref isCut);
        return text is null ? null : isCut ? WithoutLastWord(Encoding.UTF8.GetString(text)) : Encoding.UTF8.GetString(text);
    }

    private static byte[]? Decode(byte[] body, string encoding, int most, ref bool isCut)
    {
        using var source = new MemoryStream(body);
        using Stream? decoder = encoding.ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress),
            "deflate" => new ZLibStream(source, CompressionMode.Decompress),
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            _ => null,
        };
        if (decoder is null)
        {
            return null;
        }

        var text = new byte[most];
        var length = 0;
        try
        {
            int count;
            while (length < most && (count = decoder.Read(text, length, most - length)) > 0)
            {
                length += count;
            }

            isCut |= length == most;
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or IOException)
        {
            // Only its beginning is there.
            isCut = true;
        }

        return text[..length];
    }

    // Half a secret would not be recognised as one.
    private static string WithoutLastWord(string text) => text[..(text.AsSpan().LastIndexOfAny(" \"\n,:") + 1)];
}
