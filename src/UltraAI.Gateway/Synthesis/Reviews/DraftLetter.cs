namespace UltraAI.Gateway.Synthesis.Reviews;

/// <summary>Reads a draft's letter as models write it: <c>A</c>, <c>a</c>, <c>Draft A</c>.</summary>
internal static class DraftLetter
{
    private const string Word = "draft ";

    /// <returns>0 for A; null if it is no letter.</returns>
    public static int? PositionOf(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        text = text.StartsWith(Word, StringComparison.OrdinalIgnoreCase) ? text[Word.Length..].Trim() : text;
        return text.Length == 1 && char.IsAsciiLetter(text[0]) ? char.ToUpperInvariant(text[0]) - 'A' : null;
    }
}
