using System.Buffers;

namespace UltraAI.Gateway.Metering;

/// <summary>Finds media that JSON carries as base64, in either alphabet, with slashes escaped or not.</summary>
internal static class Base64Text
{
    /// <summary>The shortest run that counts, in bytes. No text in words has as many letters and digits in a row.</summary>
    public const int ShortestRun = 1024;

    private static readonly SearchValues<byte> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_\\"u8);

    /// <summary>Bytes in runs of base64. Of a body in pieces it sees each piece's own, at most two <see cref="ShortestRun"/> less at each seam.</summary>
    /// <remarks>Looks back from the end of where a run would have to reach: a text is left behind in steps of nearly <see cref="ShortestRun"/>.</remarks>
    public static long Measure(ReadOnlySpan<byte> json)
    {
        var total = 0L;
        while (json.Length >= ShortestRun)
        {
            var other = json[..ShortestRun].LastIndexOfAnyExcept(Alphabet);
            if (other >= 0)
            {
                json = json[(other + 1)..];
                continue;
            }

            var length = json.IndexOfAnyExcept(Alphabet);
            length = length < 0 ? json.Length : length;
            total += length;
            json = json[length..];
        }

        return total;
    }
}
