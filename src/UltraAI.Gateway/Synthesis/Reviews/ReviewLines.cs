namespace UltraAI.Gateway.Synthesis.Reviews;

/// <summary>Reads a review that is written in lines: <c>A: 7/10</c> for each draft, or one order, <c>A &gt; C &gt; B</c>, best first.</summary>
internal static class ReviewLines
{
    // A longer line is prose.
    private const int MaxLine = 200;

    /// <returns>The items by position; null if there are none.</returns>
    public static List<ReviewItem>? Read(ReadOnlySpan<char> text, int drafts)
    {
        var scores = new ReviewItem?[drafts];
        List<ReviewItem>? order = null;
        foreach (var range in text.Split('\n'))
        {
            var line = text[range].Trim();
            if (line.Length is > 0 and <= MaxLine)
            {
                ReadScore(line, scores);
                order ??= ReadOrder(line, drafts);
            }
        }

        var scored = scores.OfType<ReviewItem>().ToList();
        return scored.Count > 0 ? scored : order;
    }

    private static void ReadScore(ReadOnlySpan<char> line, ReviewItem?[] scores)
    {
        var colon = line.IndexOfAny(':', '=');
        if (colon <= 0
            || DraftLetter.PositionOf(WithoutMarks(line[..colon])) is not { } position || position >= scores.Length || scores[position] is not null
            || Score.Of(Value(WithoutMarks(line[(colon + 1)..]))) is not { } score)
        {
            return;
        }

        scores[position] = new ReviewItem { Position = position, Overall = score };
    }

    // What follows a score is a remark, if a mark or a bracket parts it off; "3 errors" is no score.
    private static ReadOnlySpan<char> Value(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny(",;(–—");
        end = end < 0 ? text.IndexOf(" -", StringComparison.Ordinal) : end;
        text = WithoutMarks(end < 0 ? text : text[..end]);
        return text.EndsWith('.') ? text[..^1] : text;
    }

    private static List<ReviewItem>? ReadOrder(ReadOnlySpan<char> line, int drafts)
    {
        line = line[(line.IndexOf(':') + 1)..];
        if (!line.Contains('>'))
        {
            return null;
        }

        var places = new int?[drafts];
        var place = 1;
        foreach (var range in line.Split('>'))
        {
            if (DraftLetter.PositionOf(WithoutMarks(line[range])) is not { } position)
            {
                // Something else that has a '>' in it.
                return null;
            }

            if (position < drafts && places[position] is null)
            {
                places[position] = place++;
            }
        }

        // One draft alone is in no order.
        return place <= 2 ? null : [.. Enumerable.Range(0, drafts)
            .Where(position => places[position] is not null)
            .Select(position => new ReviewItem { Position = position, Place = places[position] })];
    }

    private static ReadOnlySpan<char> WithoutMarks(ReadOnlySpan<char> text) => text.Trim(" \t\r*_`#-•");
}
