using System.Globalization;

namespace UltraAI.Gateway.Synthesis.Evaluation;

/// <summary>The simplest way to use several answers: the most frequent one.</summary>
/// <remarks>
/// Answers are the same when they are the same text (exact) or end in the same number (numeric). Out of a text that is checked by what it contains no answer can be read;
/// there the vote is between right and wrong, which flatters it: wrong answers that differ count together, right ones always agree.
/// </remarks>
internal static class PluralityVote
{
    /// <returns>1: right; 0: wrong; in between where answers tie: the share of right ones among those that a lot would choose from.</returns>
    public static double Score(EvaluationQuestion question, IEnumerable<string> answers)
    {
        var counts = new Dictionary<string, (int Count, bool IsRight)>(StringComparer.OrdinalIgnoreCase);
        foreach (var answer in answers)
        {
            var isRight = question.IsRight(answer);
            var name = NameOf(question.Check, answer, isRight);
            counts[name] = (counts.TryGetValue(name, out var known) ? known.Count + 1 : 1, isRight);
        }

        if (counts.Count == 0)
        {
            return 0;
        }

        var most = counts.Values.Max(item => item.Count);
        var top = counts.Values.Where(item => item.Count == most).ToArray();
        return (double)top.Count(item => item.IsRight) / top.Length;
    }

    // Right answers are one answer, in whichever of the ways that the check allows they are written.
    private static string NameOf(AnswerCheck check, string answer, bool isRight) =>
        isRight ? "right"
        : check switch
        {
            AnswerCheck.Exact => "=" + AnswerChecker.Normal(answer),
            AnswerCheck.Numeric => AnswerChecker.LastNumber(answer) is { } number ? number.ToString("R", CultureInfo.InvariantCulture) : "none",
            _ => "wrong",
        };
}
