using System.Diagnostics;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>The spans of a run: run, stage, and below each stage its calls (<see cref="Transport.CallSpan"/>). None while nobody listens.</summary>
internal static class RunSpans
{
    public static Activity? Start(RunPlan plan)
    {
        if (!GatewayTelemetry.Spans.HasListeners())
        {
            return null;
        }

        var span = GatewayTelemetry.Spans.StartActivity($"ultra {plan.Request.Preset.Name}");
        span?.SetTag("ultraai.run.id", plan.Id);
        span?.SetTag("ultraai.preset", plan.Request.Preset.Name);
        return span;
    }

    public static void Ended(Activity? span, RunEnd end)
    {
        if (span is null)
        {
            return;
        }

        switch (end)
        {
            case RunCompleted { Report: var report }:
                span.SetTag("ultraai.status", report.Status);
                if (report.Degraded.Count > 0)
                {
                    span.SetTag("ultraai.degraded", report.Degraded.Select(code => code.Name()).ToArray());
                }

                break;
            case RunFailed { Error: var error }:
                span.SetTag("ultraai.status", "failed");
                span.SetTag(GenAI.Tags.ErrorType, error.Code);
                span.SetStatus(ActivityStatusCode.Error);
                break;
            default:
                span.SetTag("ultraai.status", "cancelled");
                break;
        }
    }

    public static Activity? Start(RunStage stage)
    {
        if (!GatewayTelemetry.Spans.HasListeners())
        {
            return null;
        }

        var span = GatewayTelemetry.Spans.StartActivity($"ultra {stage.Name()}");
        span?.SetTag("ultraai.stage", stage.Name());
        return span;
    }

    public static void Ended(Activity? span, int ok, int failed, int cancelled)
    {
        span?.SetTag("ultraai.calls.ok", ok);
        span?.SetTag("ultraai.calls.failed", failed);
        span?.SetTag("ultraai.calls.cancelled", cancelled);
    }
}
