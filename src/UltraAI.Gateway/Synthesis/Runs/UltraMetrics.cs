using System.Diagnostics.Metrics;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Synthesis.Ranking;
using UltraAI.Gateway.Synthesis.Reviews;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>What runs count. The values of all tags come from closed lists or from the configuration.</summary>
internal sealed class UltraMetrics
{
    private const double NanoPerUsd = 1e9;

    private static readonly InstrumentAdvice<double> Bounds = new() { HistogramBucketBoundaries = GatewayTelemetry.WaitBounds };

    private readonly Counter<long> _runs;
    private readonly Counter<long> _degraded;
    private readonly Histogram<double> _stages;
    private readonly Counter<long> _calls;
    private readonly Histogram<double> _graceWait;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly Counter<long> _parses;
    private readonly Histogram<double> _agreement;
    private readonly Counter<long> _revisions;
    private readonly Counter<long> _failovers;

    // The factory owns the meter: it is not ours to dispose.
    public UltraMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GatewayTelemetry.MeterName);
        _runs = meter.CreateCounter<long>(GatewayTelemetry.Instruments.UltraRuns, description: "Runs of /ultra, by how they ended.");
        _degraded = meter.CreateCounter<long>(GatewayTelemetry.Instruments.UltraDegraded, description: "What runs had to do without.");
        _stages = meter.CreateHistogram(GatewayTelemetry.Instruments.UltraStage, "s", "How long stages of runs took.", advice: Bounds);
        _calls = meter.CreateCounter<long>(GatewayTelemetry.Instruments.UltraCalls, description: "Calls of runs to providers, retries included.");
        _graceWait = meter.CreateHistogram(GatewayTelemetry.Instruments.UltraGraceWait, "s", "How long stages waited for stragglers once their quorum was there.", advice: Bounds);
        _tokens = meter.CreateCounter<long>(GatewayTelemetry.Instruments.UltraTokens, description: "LLM tokens of runs.");
        _cost = meter.CreateCounter<double>(GatewayTelemetry.Instruments.UltraCost, "usd", "What calls of runs have cost, by the configured prices.");
        _parses = meter.CreateCounter<long>(GatewayTelemetry.Instruments.UltraReviewParse, description: "Reviews, by how they could be read.");
        _agreement = meter.CreateHistogram(GatewayTelemetry.Instruments.UltraAgreement, description: "How far reviewers agreed: Kendall's W, 0 to 1.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] });
        _revisions = meter.CreateCounter<long>(GatewayTelemetry.Instruments.UltraRevisions, description: "Proposed revisions, by what became of them.");
        _failovers = meter.CreateCounter<long>(GatewayTelemetry.Instruments.UltraLeadFailovers, description: "Leads that another one had to follow.");
    }

    public void RunEnded(string preset, RunEnd end)
    {
        var status = end switch
        {
            RunCompleted { Report: var report } => report.Status,
            RunFailed => "failed",
            _ => "cancelled",
        };
        _runs.Add(1, new("preset", preset), new("status", status));
        foreach (var code in (end as RunCompleted)?.Report.Degraded ?? [])
        {
            _degraded.Add(1, new KeyValuePair<string, object?>("code", code.Name()));
        }
    }

    public void StageEnded(RunStage stage, TimeSpan elapsed) => _stages.Record(elapsed.TotalSeconds, Tag(stage));

    public void GraceWaited(TimeSpan elapsed) => _graceWait.Record(elapsed.TotalSeconds);

    public void CallEnded(RunStage stage, string provider, InnerResult result)
    {
        _calls.Add(1, Tag(stage), new(GatewayTelemetry.Tags.Provider, provider), new(GatewayTelemetry.Tags.Outcome, result.Chat.Outcome.Name()));
        var usage = result.Charge.Usage;
        if (usage.Total > 0)
        {
            _tokens.Add(usage.Input, Tag(stage), new("direction", "input"));
            _tokens.Add(usage.Output, Tag(stage), new("direction", "output"));
        }

        if (result.Charge.NanoUsd > 0)
        {
            _cost.Add(result.Charge.NanoUsd / NanoPerUsd, Tag(stage));
        }
    }

    public void ReviewParsed(ParsedReview review) => _parses.Add(1, new KeyValuePair<string, object?>("method", review.Method.Word()));

    public void Ranked(DraftRanking? ranking)
    {
        if (ranking?.KendallW is { } agreement)
        {
            _agreement.Record(agreement);
        }
    }

    public void Revised(RevisionResult result)
    {
        if (result != RevisionResult.None)
        {
            _revisions.Add(1, new KeyValuePair<string, object?>("result", result == RevisionResult.Accepted ? "accepted" : "kept"));
        }
    }

    public void LeadFailedOver() => _failovers.Add(1);

    private static KeyValuePair<string, object?> Tag(RunStage stage) => new("stage", stage.Name());
}
