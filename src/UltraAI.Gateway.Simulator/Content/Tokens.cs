using System.Text;

namespace UltraAI.Gateway.Simulator.Content;

/// <summary>The simulator's rule for tokens: a token is four bytes of UTF-8, the last one begun counts; an image, sound or document is 256.</summary>
internal static class Tokens
{
    public const int PerAttachment = 256;
    private const int BytesPerToken = 4;

    public static int Count(string text) => Count(Encoding.UTF8.GetByteCount(text));

    public static int Count(int bytes) => (bytes + BytesPerToken - 1) / BytesPerToken;

    /// <summary>The start of a text that is no more than so many tokens, without cutting a character.</summary>
    public static string Trim(string text, int tokens)
    {
        var bytes = 0L;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > (long)tokens * BytesPerToken)
            {
                return text[..length];
            }

            length += rune.Utf16SequenceLength;
        }

        return text;
    }
}
