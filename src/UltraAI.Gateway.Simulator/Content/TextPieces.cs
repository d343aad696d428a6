namespace UltraAI.Gateway.Simulator.Content;

/// <summary>Cuts a text into the pieces in which a model would stream it.</summary>
internal static class TextPieces
{
    /// <param name="text">The text.</param>
    /// <param name="count">The number of pieces; one for each word when left out. The words are repeated when there are too few.</param>
    public static IEnumerable<string> Cut(string text, int? count)
    {
        var words = Words(text);
        if (count is not { } wanted || words.Count == 0)
        {
            return words;
        }

        return wanted > words.Count ? Repeat(words, wanted) : Join(words, wanted);
    }

    /// <summary>The text that the pieces make together.</summary>
    public static string Whole(string text, int? count) => count > Words(text).Count && text.Length > 0 ? string.Concat(Cut(text, count)) : text;

    private static IEnumerable<string> Repeat(List<string> words, int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return i > 0 && i % words.Count == 0 ? " " + words[0].TrimStart(' ') : words[i % words.Count];
        }
    }

    private static IEnumerable<string> Join(List<string> words, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var from = words.Count * i / count;
            var to = words.Count * (i + 1) / count;
            yield return string.Concat(words[from..to]);
        }
    }

    /// <summary>The words, each with the blank before it.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var start = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == ' ' && text[i - 1] != ' ')
            {
                words.Add(text[start..i]);
                start = i;
            }
        }

        if (start < text.Length)
        {
            words.Add(text[start..]);
        }

        return words;
    }
}
