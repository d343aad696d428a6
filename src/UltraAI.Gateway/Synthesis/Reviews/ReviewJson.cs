using System.Text;
using System.Text.Json;

namespace UltraAI.Gateway.Synthesis.Reviews;

/// <summary>Reads the JSON form of a review.</summary>
internal static class ReviewJson
{
    private const int MaxErrors = 20;
    private const int MaxText = 500;

    /// <returns>The items by position; null if this is not JSON, or has no item for a draft that was shown.</returns>
    public static List<ReviewItem>? Read(ReadOnlySpan<char> text, int drafts, bool lenient)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = Encoding.UTF8.GetBytes(text, bytes);
        try
        {
            using var document = JsonDocument.Parse(bytes.AsMemory(0, length), new JsonDocumentOptions { AllowTrailingCommas = lenient });
            return ReadRoot(document.RootElement, drafts);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair, escaped, in a string.
            return null;
        }
    }

    private static List<ReviewItem>? ReadRoot(JsonElement root, int drafts)
    {
        var reviews = root.ValueKind == JsonValueKind.Object ? First(root, "reviews"u8) : root;
        var items = new ReviewItem?[drafts];
        if (reviews.ValueKind == JsonValueKind.Array)
        {
            foreach (var review in reviews.EnumerateArray())
            {
                if (review.ValueKind == JsonValueKind.Object && First(review, "id"u8) is { ValueKind: JsonValueKind.String } id)
                {
                    Add(items, id.GetString(), review);
                }
            }
        }
        else if (reviews.ValueKind == JsonValueKind.Object)
        {
            // {"A": {…}, "B": {…}}: not what was asked for, but clear.
            foreach (var review in reviews.EnumerateObject())
            {
                if (review.Value.ValueKind == JsonValueKind.Object)
                {
                    Add(items, review.Name, review.Value);
                }
            }
        }

        var found = items.OfType<ReviewItem>().ToList();
        return found.Count == 0 ? null : found;
    }

    private static void Add(ReviewItem?[] items, string? id, JsonElement review)
    {
        // Of two for the same draft the first counts.
        if (DraftLetter.PositionOf(id) is { } position && position < items.Length && items[position] is null)
        {
            items[position] = ReadItem(review, position);
        }
    }

    private static ReviewItem ReadItem(JsonElement review, int position)
    {
        var item = new ReviewItem
        {
            Position = position,
            Correctness = Score.Of(First(review, "correctness"u8)),
            Completeness = Score.Of(First(review, "completeness"u8)),
            InstructionFollowing = Score.Of(First(review, "instruction_following"u8)),
            Clarity = Score.Of(First(review, "clarity"u8)),
            Errors = ReadErrors(First(review, "errors"u8)),
            BestPoint = Text(First(review, "best_point"u8)),
        };

        return item with { Overall = Score.Of(First(review, "overall"u8)) ?? Mean(item.Correctness, item.Completeness, item.InstructionFollowing, item.Clarity) };
    }

    private static double? Mean(params ReadOnlySpan<double?> scores)
    {
        double sum = 0;
        var count = 0;
        foreach (var score in scores)
        {
            sum += score ?? 0;
            count += score is null ? 0 : 1;
        }

        return count == 0 ? null : sum / count;
    }

    private static List<ReviewError> ReadErrors(JsonElement errors)
    {
        var read = new List<ReviewError>();
        if (errors.ValueKind != JsonValueKind.Array)
        {
            return read;
        }

        foreach (var error in errors.EnumerateArray())
        {
            if (error.ValueKind == JsonValueKind.Object && read.Count < MaxErrors)
            {
                var isMajor = "major".Equals(Text(First(error, "severity"u8))?.Trim(), StringComparison.OrdinalIgnoreCase);
                read.Add(new ReviewError(isMajor, Text(First(error, "quote"u8)) ?? "", Text(First(error, "why"u8)) ?? ""));
            }
        }

        return read;
    }

    private static string? Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { } text ? Truncated(text) : null;

    private static string Truncated(string text)
    {
        if (text.Length <= MaxText)
        {
            return text;
        }

        return text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)] + "…";
    }

    // The first of two of the same name; the document's own look-up takes the last.
    private static JsonElement First(JsonElement element, ReadOnlySpan<byte> name)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (property.NameEquals(name))
            {
                return property.Value;
            }
        }

        return default;
    }
}
