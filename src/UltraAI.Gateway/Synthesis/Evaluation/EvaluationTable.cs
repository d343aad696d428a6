using System.Globalization;
using System.Text;

namespace UltraAI.Gateway.Synthesis.Evaluation;

/// <summary>An evaluation as a table for a terminal.</summary>
internal static class EvaluationTable
{
    private const double Percent = 100;
    private const double Second = 1000;

    public static string Of(EvaluationReport report)
    {
        var text = new StringBuilder();
        var checks = report.Questions.GroupBy(question => question.Check).OrderBy(group => group.Key)
            .Select(group => $"{group.Key.ToString().ToLowerInvariant()} {group.Count()}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Preset {report.Preset}: {report.Questions.Count} questions, checked by {string.Join(", ", checks)}; {report.FailedRuns} runs failed, {report.DegradedRuns} degraded.");
        text.AppendLine();
        Append(text, [["", "model", "right", "accuracy", "USD/question", "p50 s", "p95 s", "answered"], .. report.Systems.Select(Row)]);
        text.AppendLine();
        Append(text, [["ultra less", "", "points", "95 % interval"], .. report.Differences.Select((difference, i) => Row(report.Systems[i], difference))]);
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Intervals: paired bootstrap over the questions, {PairedBootstrap.Resamples} resamples. All rows are on the same drafts; a missing answer counts as wrong.");
        return text.ToString();
    }

    private static string[] Row(SystemResult system) =>
    [
        system.Name,
        system.Model ?? "",
        string.Create(CultureInfo.InvariantCulture, $"{system.Right:0.##}/{system.Scores.Length}"),
        string.Create(CultureInfo.InvariantCulture, $"{system.Accuracy * Percent:0.0} %"),
        system.MeanUsd is { } usd ? string.Create(CultureInfo.InvariantCulture, $"{usd:0.000000}") : "-",
        Seconds(system.MedianMilliseconds),
        Seconds(system.TailMilliseconds),
        string.Create(CultureInfo.InvariantCulture, $"{system.Answered}/{system.Scores.Length}"),
    ];

    private static string[] Row(SystemResult system, DifferenceInterval difference) =>
    [
        system.Name,
        system.Model ?? "",
        string.Create(CultureInfo.InvariantCulture, $"{difference.Difference * Percent:+0.0;-0.0;0.0}"),
        string.Create(CultureInfo.InvariantCulture, $"{difference.Low * Percent:+0.0;-0.0;0.0} to {difference.High * Percent:+0.0;-0.0;0.0}{(difference.IsClear ? "" : " (not clear)")}"),
    ];

    private static string Seconds(long? milliseconds) => milliseconds is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known / Second:0.00}") : "-";

    private static void Append(StringBuilder text, string[][] rows)
    {
        // Words stand left, numbers right.
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            text.AppendLine(string.Join("  ", row.Select((cell, column) => column < 2 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
        }
    }
}
