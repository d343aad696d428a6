using System.Globalization;
using UltraAI.Gateway.Synthesis.Ordering;

namespace UltraAI.Gateway.Tests.Synthesis.Reviews;

/// <summary>An answer, and what it says, as <see cref="ReviewParserTests"/> writes it down.</summary>
internal sealed record CorpusAnswer(string Name, string Text, int Drafts, string Expected);

/// <summary>Answers of reviewers: written by hand the nasty ones, by a generator what models do most of the time.</summary>
internal static partial class ReviewCorpus
{
    public const string Nonce = "00112233445566778899aabbccddeeff";

    private const int Generated = 150;

    public static IEnumerable<CorpusAnswer> All => HandMade.Concat(Enumerable.Range(0, Generated).Select(i => Generate((ulong)i)));

    private static CorpusAnswer Generate(ulong seed)
    {
        var random = new SplitMix64(seed);
        var drafts = 1 + random.Next(7);
        var scores = Enumerable.Range(0, drafts).Select(_ => 1 + random.Next(10)).ToArray();
        var revision = random.Next(3) == 0 ? $"\n<revision k=\"{Nonce}\">\nBetter, {{with}} braces.\n</revision k=\"{Nonce}\">" : "";
        var (method, text) = Write((int)(seed % 5), scores, random);
        return new CorpusAnswer($"generated {seed}", text + revision, drafts, Expectation(method, scores, revision.Length > 0));
    }

    private static (string Method, string Text) Write(int form, int[] scores, SplitMix64 random) => form switch
    {
        0 => ("json", Json(scores, random, "")),
        1 => ("fenced", $"Here is my review.\n\n```json\n{Json(scores, random, "")}\n```\nI hope that helps."),
        2 => ("braces", $"Drafts {{A}} and so on. Now the result:\n{Json(scores, random, ",")}\nThat is all, {{really}}."),
        3 => ("lines", "My scores\n" + string.Join('\n', scores.Select((score, i) => LineOf(ReviewOrder.Letter(i), score, random.Next(5))))),
        _ => ("json", "\n  " + Json(scores, random, "").Replace("\n", "\r\n", StringComparison.Ordinal) + "\n"),
    };

    private static string Json(int[] scores, SplitMix64 random, string trailing)
    {
        var items = scores.Select((score, i) => $$"""
            {"id": "{{(random.Next(3) == 0 ? "Draft " : "")}}{{ReviewOrder.Letter(i)}}",
             "errors": [{"severity": "minor", "quote": "} \"{ [", "why": "it's\\odd"}{{trailing}}],
             "correctness": 7, "overall": {{ScoreOf(score, random.Next(4))}}, "best_point": "clear"{{trailing}}}
            """);
        return $$"""{"reviews": [{{string.Join(",\n", Shuffled(items, random))}}{{trailing}}], "own_draft": {"errors_found": [], "confidence": 0.7}, "revision": "none"{{trailing}}}""";
    }

    private static IEnumerable<string> Shuffled(IEnumerable<string> items, SplitMix64 random)
    {
        var list = items.ToArray();
        return ReviewOrder.Create(list.Length, random).Permutation.Select(i => list[i]);
    }

    private static string ScoreOf(int score, int form) => form switch
    {
        0 => $"\"{score}\"",
        1 => $"\"{score}/10\"",
        2 => $"{score}.0",
        _ => $"{score}",
    };

    private static string LineOf(char letter, int score, int form) => form switch
    {
        0 => $"{letter}: {score}/10",
        1 => $"**{letter}**: {score}/10 - good in parts",
        2 => $"- Draft {letter}: {score}",
        3 => $"{letter} = {score}.0 (solid)",
        _ => $"  {letter.ToString().ToLowerInvariant()}: **{score} / 10**",
    };

    private static string Expectation(string method, int[] scores, bool hasRevision) =>
        $"{method}: {string.Join(' ', scores.Select((score, i) => string.Create(CultureInfo.InvariantCulture, $"{ReviewOrder.Letter(i)}={score}")))} vote" +
        (hasRevision ? " revision" : "");
}
