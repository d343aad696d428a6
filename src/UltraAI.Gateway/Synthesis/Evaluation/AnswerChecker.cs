using System.Globalization;

namespace UltraAI.Gateway.Synthesis.Evaluation;

/// <summary>How an answer is held against the expected one.</summary>
internal enum AnswerCheck
{
    /// <summary>The same text, but for white space at the ends and in between, and case.</summary>
    Exact,

    /// <summary>The last number of the answer is the expected one.</summary>
    Numeric,

    /// <summary>The answer contains the expected text, whatever its case.</summary>
    Contains,
}

/// <summary>Tells right answers from wrong ones without asking a model.</summary>
internal static class AnswerChecker
{
    // One part in a million, for numbers that are written out with rounding.
    private const double Tolerance = 1e-6;

    private const char MinusSign = '\u2212';

    public static bool IsRight(AnswerCheck check, string answer, string expected) => check switch
    {
        AnswerCheck.Exact => Normal(answer).Equals(Normal(expected), StringComparison.OrdinalIgnoreCase),
        AnswerCheck.Contains => Normal(answer).Contains(Normal(expected), StringComparison.OrdinalIgnoreCase),
        _ => LastNumber(answer) is { } number && LastNumber(expected) is { } right && Math.Abs(number - right) <= Tolerance * Math.Max(1, Math.Abs(right)),
    };

    /// <summary>The last number in a text: <c>1,234.5</c>, <c>-3</c>, <c>2e-3</c>. Commas part thousands, as answers in English have them; in TeX <c>{,}</c> and <c>\,</c> do.</summary>
    public static double? LastNumber(ReadOnlySpan<char> answer)
    {
        var text = Plain(answer);
        double? last = null;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
            {
                continue;
            }

            var start = StartsWithSign(text, i) ? i - 1 : i;
            var length = NumberLength(text[i..]);
            if (double.TryParse(text[start..(i + length)], NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number))
            {
                last = number;
            }

            i += length - 1;
        }

        return last;
    }

    private static ReadOnlySpan<char> Plain(ReadOnlySpan<char> text) => text.ContainsAny(MinusSign, '\\', '{')
        ? text.ToString().Replace(MinusSign, '-').Replace("{,}", ",", StringComparison.Ordinal).Replace("\\,", ",", StringComparison.Ordinal)
        : text;

    // "x-3" and "2024-05" have a dash, not a sign.
    private static bool StartsWithSign(ReadOnlySpan<char> text, int digit) =>
        digit > 0 && text[digit - 1] == '-' && (digit == 1 || !char.IsLetterOrDigit(text[digit - 2]));

    private static int NumberLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && IsPartOfNumber(text, length))
        {
            length++;
        }

        return length;
    }

    // A point, comma or exponent counts only between digits: the sentence ends with the other kind.
    private static bool IsPartOfNumber(ReadOnlySpan<char> text, int i) =>
        char.IsAsciiDigit(text[i])
        || (text[i] is '.' or ',' && IsDigit(text, i + 1))
        || (text[i] is 'e' or 'E' && (IsDigit(text, i + 1) || (i + 1 < text.Length && text[i + 1] is '-' or '+' && IsDigit(text, i + 2))))
        || (text[i] is '-' or '+' && i > 0 && text[i - 1] is 'e' or 'E' && IsDigit(text, i + 1));

    private static bool IsDigit(ReadOnlySpan<char> text, int i) => i < text.Length && char.IsAsciiDigit(text[i]);

    /// <summary>A text with single spaces, and none at its ends.</summary>
    public static string Normal(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
