using System.IO.Compression;

namespace UltraAI.Gateway.Transport;

/// <summary>Decodes a body that has to be looked at. Never used on bytes that pass by.</summary>
internal static class ContentCodings
{
    /// <param name="coding">The value of Content-Encoding; null or <c>identity</c>: none.</param>
    /// <param name="encoded">The body, or its first part.</param>
    /// <param name="maxBytes">How much may come out.</param>
    /// <param name="isWhole">False where the limit or the end of <paramref name="encoded"/> cut it short.</param>
    /// <returns>Null if the coding is not known, or if the body is not in it.</returns>
    public static byte[]? Decode(string? coding, ReadOnlyMemory<byte> encoded, int maxBytes, out bool isWhole)
    {
        isWhole = true;
        if (string.IsNullOrEmpty(coding) || coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return encoded.ToArray();
        }

        using var source = new MemoryStream(encoded.ToArray(), writable: false);
        using Stream? decoder = coding.Trim().ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress),
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            "deflate" => new ZLibStream(source, CompressionMode.Decompress),
            _ => null,
        };
        if (decoder is null)
        {
            return null;
        }

        var decoded = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            while (decoder.Read(buffer) is var count and > 0)
            {
                decoded.Write(buffer, 0, count);
                if (decoded.Length > maxBytes)
                {
                    isWhole = false;
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or InvalidOperationException)
        {
            if (decoded.Length == 0)
            {
                return null;
            }

            isWhole = false;
        }

        return decoded.ToArray();
    }
}
