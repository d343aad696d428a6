using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Synthesis.Evaluation;

/// <summary>An evaluation as JSON.</summary>
internal static class EvaluationJson
{
    public static JsonObject Of(EvaluationReport report) => new()
    {
        ["preset"] = report.Preset,
        ["questions"] = report.Questions.Count,
        ["checks"] = new JsonObject(report.Questions.GroupBy(question => question.Check)
            .Select(group => KeyValuePair.Create<string, JsonNode?>(group.Key.ToString().ToLowerInvariant(), group.Count()))),
        ["failed_runs"] = report.FailedRuns,
        ["degraded_runs"] = report.DegradedRuns,
        ["systems"] = new JsonArray([.. report.Systems.Select(Of)]),
        ["differences"] = new JsonArray([.. report.Differences.Select((difference, i) => Of(report.Systems[i], difference))]),
        ["bootstrap"] = new JsonObject { ["resamples"] = PairedBootstrap.Resamples, ["seed"] = EvaluationReport.Seed, ["level"] = PairedBootstrap.UsualLevel },
        ["results"] = new JsonArray([.. report.Questions.Select((question, i) => (JsonNode)new JsonObject
        {
            ["line"] = question.Line,
            ["scores"] = new JsonArray([.. report.Systems.Select(system => (JsonNode)system.Scores[i])]),
        })]),
    };

    private static JsonObject Of(SystemResult system) => new()
    {
        ["name"] = system.Name,
        ["model"] = system.Model,
        ["right"] = system.Right,
        ["accuracy"] = system.Accuracy,
        ["answered"] = system.Answered,
        ["usd_per_question"] = system.MeanUsd,
        ["usd_total"] = system.Costs.Sum(),
        ["ms_p50"] = system.MedianMilliseconds,
        ["ms_p95"] = system.TailMilliseconds,
    };

    private static JsonObject Of(SystemResult system, in DifferenceInterval difference) => new()
    {
        ["ultra_less"] = system.Name,
        ["difference"] = difference.Difference,
        ["low"] = difference.Low,
        ["high"] = difference.High,
        ["clear"] = difference.IsClear,
    };
}
