namespace UltraAI.Gateway.Synthesis.Reviews;

/// <summary>Reads what a reviewer answered, however it kept to the form. It never throws, and its time is linear in the answer.</summary>
internal static class ReviewParser
{
    // Beyond this nobody reads a review; it bounds what a run holds.
    private const int MaxLength = 1 << 20;
    private const int MaxCritique = 8_000;

    // An answer has few outermost braces and fences; more would be an attempt to make this slow.
    private const int MaxAttempts = 16;

    /// <param name="answer">The reviewer's answer.</param>
    /// <param name="drafts">How many drafts it was shown, from A on.</param>
    /// <param name="nonce">The nonce of its call.</param>
    public static ParsedReview Parse(string answer, int drafts, string nonce)
    {
        var (review, revision) = RevisionText.Split(answer.Length > MaxLength ? answer[..MaxLength] : answer, nonce);
        review = review.Trim();
        var (method, items) = Read(review, drafts);
        return new ParsedReview
        {
            Method = method,
            Items = items,
            HasVote = drafts > 0 && items.Count(item => item.IsScored) * 2 >= drafts,
            Critique = review.Length > MaxCritique ? review[..MaxCritique] : review,
            Revision = revision,
        };
    }

    private static (ReviewParseMethod Method, List<ReviewItem> Items) Read(string text, int drafts)
    {
        if (text.StartsWith('{') || text.StartsWith('['))
        {
            if (ReviewJson.Read(text, drafts, lenient: false) is { } whole)
            {
                return (ReviewParseMethod.Json, whole);
            }
        }

        return ReadFenced(text, drafts) is { } fenced ? (ReviewParseMethod.Fenced, fenced)
            : ReadBraces(text, drafts) is { } braces ? (ReviewParseMethod.Braces, braces)
            : ReviewLines.Read(text, drafts) is { } lines ? (ReviewParseMethod.Lines, lines)
            : (ReviewParseMethod.None, []);
    }

    private static List<ReviewItem>? ReadFenced(ReadOnlySpan<char> text, int drafts)
    {
        const string Mark = "```";
        for (var attempt = 0; attempt < MaxAttempts && text.IndexOf(Mark) is var open and >= 0; attempt++)
        {
            // Behind the mark is the language; strings in JSON have no line ends, so the next mark at a line's start ends the block.
            var content = text[(open + Mark.Length)..];
            var start = content.IndexOf('\n') + 1;
            var end = start == 0 ? -1 : content[start..].IndexOf("\n" + Mark);
            if (end < 0)
            {
                return null;
            }

            if (ReviewJson.Read(content.Slice(start, end), drafts, lenient: false) is { } items)
            {
                return items;
            }

            text = content[(start + end + 1 + Mark.Length)..];
        }

        return null;
    }

    private static List<ReviewItem>? ReadBraces(ReadOnlySpan<char> text, int drafts)
    {
        for (var attempt = 0; attempt < MaxAttempts && text.IndexOf('{') is var open and >= 0; attempt++)
        {
            text = text[open..];
            var length = BalancedLength(text);
            if (length > 0 && ReviewJson.Read(text[..length], drafts, lenient: true) is { } items)
            {
                return items;
            }

            text = text[Math.Max(length, 1)..];
        }

        return null;
    }

    /// <returns>The length of the braces that begin here, with what is in them; 0 if they don't end.</returns>
    private static int BalancedLength(ReadOnlySpan<char> text)
    {
        var depth = 0;
        var inString = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when inString:
                    i++;
                    break;
                case '"':
                    inString = !inString;
                    break;
                case '{' when !inString:
                    depth++;
                    break;
                case '}' when !inString && --depth == 0:
                    return i + 1;
            }
        }

        return 0;
    }
}
