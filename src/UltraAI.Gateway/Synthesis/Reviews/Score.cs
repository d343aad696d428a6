using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace UltraAI.Gateway.Synthesis.Reviews;

/// <summary>Reads scores as models write them, and brings them into 1 to 10.</summary>
internal static class Score
{
    private const double Least = 1;
    private const double Most = 10;

    // No score is longer; what is is not looked at.
    private const int MaxLength = 32;

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789.+-");

    /// <returns>Null if it is none.</returns>
    public static double? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetDouble(out var number) ? Clamp(number) : null,
        JsonValueKind.String => Of(value.GetString()),
        _ => null,
    };

    /// <summary>Reads <c>8</c>, <c>8.5</c>, <c>8/10</c> and <c>8 out of 10</c>. Another scale is no score: nobody knows what it means here.</summary>
    public static double? Of(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.Length is 0 or > MaxLength)
        {
            return null;
        }

        var end = text.IndexOfAnyExcept(OfNumbers);
        var number = end < 0 ? text : text[..end];
        var rest = end < 0 ? [] : text[end..].Trim();
        return (rest.IsEmpty || IsOutOfTen(rest))
            && double.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? Clamp(value)
            : null;
    }

    private static bool IsOutOfTen(ReadOnlySpan<char> rest)
    {
        var scale = rest.StartsWith('/') ? rest[1..] : rest.StartsWith("out of ", StringComparison.OrdinalIgnoreCase) ? rest["out of ".Length..] : "";
        return scale.Trim() is "10" or "10.0";
    }

    private static double Clamp(double value) => Math.Clamp(value, Least, Most);
}
