using System.Buffers;
using System.Text;

namespace UltraAI.Gateway.Keys;

/// <summary>Finds virtual keys in a text, of which only hashes are known: every word is looked up. Not for the request path.</summary>
internal static class VirtualKeyMask
{
    private const int ShortestWord = 8;

    // What text and JSON put around a word. A key of a configuration may hold any printable character but a space.
    private static readonly SearchValues<char> Around = SearchValues.Create(" \t\r\n\"\\");
    private static readonly SearchValues<char> InWords = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static string Mask(string text, VirtualKeyTable keys) =>
        Mask(Mask(text, keys, static c => !Around.Contains(c)), keys, static c => InWords.Contains(c));

    private static string Mask(string text, VirtualKeyTable keys, Func<char, bool> isInWord)
    {
        StringBuilder? masked = null;
        var copied = 0;
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && isInWord(text[end]))
            {
                end++;
            }

            if (end - start >= ShortestWord && keys.Find(text.AsSpan(start, end - start)) is not null)
            {
                masked ??= new StringBuilder(text.Length);
                masked.Append(text, copied, start - copied).Append(ProviderCredential.Mask);
                copied = end;
            }

            start = end + 1;
        }

        return masked is null ? text : masked.Append(text, copied, text.Length - copied).ToString();
    }
}
