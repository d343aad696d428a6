namespace UltraAI.Gateway.Synthesis.Reviews;

/// <summary>Takes the proposed revision out of a review.</summary>
/// <remarks>It begins behind a line that is exactly the tag with this call's nonce. Without that line there is none, whatever the JSON says.</remarks>
internal static class RevisionText
{
    /// <returns>What is left as the review, and the revision; null if there is none, or it is blank.</returns>
    public static (string Review, string? Revision) Split(string answer, string nonce)
    {
        if (FindLine(answer, $"<revision k=\"{nonce}\">") is not { } start)
        {
            return (answer, null);
        }

        var closing = $"</revision k=\"{nonce}\">";
        var contentStart = Math.Min(EndOfLine(answer, start) + 1, answer.Length);
        var end = answer.IndexOf(closing, contentStart, StringComparison.Ordinal);
        var content = end < 0 ? answer.AsSpan(contentStart) : answer.AsSpan(contentStart, end - contentStart);
        var review = end < 0 ? answer[..start] : string.Concat(answer.AsSpan(0, start), answer.AsSpan(end + closing.Length));
        return (review, content.IsWhiteSpace() ? null : WithoutLastLineEnd(content).ToString());
    }

    private static int? FindLine(string text, string line)
    {
        for (var start = text.IndexOf(line, StringComparison.Ordinal); start >= 0; start = text.IndexOf(line, start + 1, StringComparison.Ordinal))
        {
            var end = EndOfLine(text, start);
            if ((start == 0 || text[start - 1] == '\n') && text.AsSpan(start, end - start).TrimEnd('\r').Length == line.Length)
            {
                return start;
            }
        }

        return null;
    }

    private static int EndOfLine(string text, int start) => text.IndexOf('\n', start) is var end and >= 0 ? end : text.Length;

    // It belongs to the fence.
    private static ReadOnlySpan<char> WithoutLastLineEnd(ReadOnlySpan<char> text)
    {
        text = text.EndsWith('\n') ? text[..^1] : text;
        return text.EndsWith('\r') ? text[..^1] : text;
    }
}
