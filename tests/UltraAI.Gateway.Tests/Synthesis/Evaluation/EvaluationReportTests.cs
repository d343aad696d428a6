using UltraAI.Gateway.Synthesis.Evaluation;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Evaluation;

public sealed class EvaluationReportTests
{
    [Theory]
    [InlineData("numeric", "12", "It is 12.|12.0|13", 1)]
    [InlineData("numeric", "12", "It is 12.|13|13.0", 0)]
    [InlineData("numeric", "12", "12|13", 0.5)]
    [InlineData("numeric", "12", "12|13|14", 1.0 / 3)]
    [InlineData("exact", "yes", "Yes|no|YES ", 1)]
    [InlineData("exact", "yes", "no|No|yes", 0)]
    [InlineData("contains", "yes", "oh yes|no|never", 0)]
    [InlineData("contains", "yes", "oh yes|yes!|never", 1)]
    [InlineData("contains", "yes", "", 0)]
    public void Vote_GoesToTheMostFrequentAnswer(string check, string right, string answers, double score)
    {
        var question = new EvaluationQuestion(1, "?", right, QuestionFile.CheckOf(check)!.Value);

        Assert.Equal(score, PluralityVote.Score(question, answers.Split('|', StringSplitOptions.RemoveEmptyEntries)), 9);
    }

    [Fact]
    public void Systems_AreComparedOnTheSameDrafts()
    {
        var report = EvaluationReport.Of("ultra", [
            Result(1, ["4", "5", "4"], answer: "4"),
            Result(2, ["5", "5", "4"], answer: "4"),
            Result(3, ["5", null, null], answer: null),
        ]);

        Assert.Equal(["solo m1", "solo m2", "solo m3", "vote", "ultra"], report.Systems.Select(system => system.Name));
        Assert.Equal([1, 0, 2, 1, 2], report.Systems.Select(system => system.Right));
        Assert.Equal([3, 2, 2, 3, 2], report.Systems.Select(system => system.Answered));
        Assert.Equal((1, 0), (report.FailedRuns, report.DegradedRuns));
        Assert.Equal([1.0 / 3, 2.0 / 3, 0, 1.0 / 3], report.Differences.Select(difference => difference.Difference), (one, other) => Math.Abs(one - other) < 1e-9);
        Assert.Equal((0.01m, 0.02m, 0.1m), (report.Systems[0].MeanUsd, report.Systems[1].MeanUsd, report.Ultra.MeanUsd));
        Assert.Equal((100L, 300L), (report.Systems[0].MedianMilliseconds, report.Systems[3].MedianMilliseconds));
    }

    [Fact]
    public void TableAndJson_SayTheSame()
    {
        var report = EvaluationReport.Of("ultra", [Result(1, ["4", "5", "4"], answer: "4"), Result(2, ["5", "5", "4"], answer: "4")]);

        var table = EvaluationTable.Of(report);
        var json = EvaluationJson.Of(report);

        Assert.Contains("2 questions, checked by numeric 2; 0 runs failed, 0 degraded.", table, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^solo m1 +a/m1 +1/2 +50\.0 % +0\.010000 +0\.10 +0\.10 +2/2$", table);
        Assert.Matches(@"(?m)^ultra +2/2 +100\.0 % +0\.100000 +0\.90 +0\.90 +2/2$", table);
        Assert.Matches(@"(?m)^solo m1 +a/m1 +\+50\.0 +0\.0 to \+100\.0 \(not clear\)$", table);
        Assert.Equal((0.5, 1.0), ((double)json["systems"]![0]!["accuracy"]!, (double)json["systems"]![4]!["accuracy"]!));
        Assert.Equal((0.5, false), ((double)json["differences"]![0]!["difference"]!, (bool)json["differences"]![0]!["clear"]!));
    }

    private static (EvaluationQuestion Question, EvaluatedRun Run) Result(int line, string?[] drafts, string? answer) => (
        new EvaluationQuestion(line, "2+2?", "4", AnswerCheck.Numeric),
        new EvaluatedRun
        {
            Key = $"{line}",
            Drafts = [.. drafts.Select((text, i) => new EvaluatedDraft($"m{i + 1}", $"a/m{i + 1}", text, text is null ? null : 0.01m * (i + 1), text is null ? null : 100 * (i + 1)))],
            Answer = answer,
            Usd = 0.1m,
            Milliseconds = 900,
            DraftMilliseconds = 300,
        });
}
