using System.IO.Compression;
using System.Text;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Content codings.</summary>
internal static class Coding
{
    /// <summary>The bytes of a text under <c>gzip</c>, <c>br</c> or <c>deflate</c>; anything else leaves it plain.</summary>
    public static byte[] Encode(string coding, string text)
    {
        using var target = new MemoryStream();
        using (var encoder = Encoder(coding, target))
        {
            encoder.Write(Encoding.UTF8.GetBytes(text));
        }

        return target.ToArray();
    }

    /// <summary>The text of a response, decoded as its own fields say.</summary>
    public static string Decode(RawResponse response)
    {
        using var source = new MemoryStream(response.Body);
        using Stream decoder = response["Content-Encoding"] switch
        {
            "gzip" => new GZipStream(source, CompressionMode.Decompress),
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            "deflate" => new ZLibStream(source, CompressionMode.Decompress),
            _ => source,
        };
        using var reader = new StreamReader(decoder, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static Stream Encoder(string coding, Stream target) => coding switch
    {
        "gzip" => new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true),
        "br" => new BrotliStream(target, CompressionLevel.Optimal, leaveOpen: true),
        "deflate" => new ZLibStream(target, CompressionLevel.Optimal, leaveOpen: true),
        _ => new BufferedStream(target),
    };
}
