using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Synthesis.Runs;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>A run that has been started.</summary>
internal sealed record StartedRun(RunPlan Plan, RunEvents Events, Task<RunEnd> Completion);

/// <summary>Plans a run, checks the key's scope, reserves, and starts it.</summary>
internal sealed class RunLauncher(
    RunPlanner planner, AdmissionControl admissions, IUltraSource settings, IProviderSource providers, RunRegistry registry, KeyUses uses, RunServices services)
{
    /// <returns>The run, or why there is none: then nothing was sent and nothing is held.</returns>
    public async Task<(StartedRun? Run, UltraError? Error)> StartAsync(HttpContext context, VirtualKey key, RunRequest request)
    {
        if (CheckScope(key, request.Preset) is { } refusal)
        {
            return (null, refusal);
        }

        var (plan, error) = planner.Plan(request);
        if (plan is null)
        {
            return (null, error);
        }

        var decision = await admissions.AdmitRunAsync(key, plan.Calls);
        RateLimitFields.Write(context.Response.Headers, decision.Limits);
        if (decision.Admission is not { } admission)
        {
            return (null, UltraError.Of(decision.Refusal!));
        }

        var first = plan.IsToolTurn ? plan.Calls : plan.Calls.Take(plan.Able);
        if (!new RunCosts(admission, request.Preset.Options.Budget.MaxCostUsd).Fits(first))
        {
            admission.Settle();
            return (null, new UltraError(
                StatusCodes.Status402PaymentRequired,
                "budget_exhausted",
                $"Budget:MaxCostUsd of preset '{request.Preset.Name}' is {request.Preset.Options.Budget.MaxCostUsd}, and the drafts of this request alone could cost more. Raise it, or lower DraftMaxTokens."));
        }

        return (Start(context, key, plan, admission), null);
    }

    /// <summary>Whether a key may use all models of a preset.</summary>
    /// <returns>Why not; null if it may.</returns>
    public UltraError? CheckScope(VirtualKey key, Preset preset)
    {
        foreach (var model in preset.Models)
        {
            if (providers.Providers.TryGet(model.Provider, out var provider) && admissions.CheckScope(key, new CallTarget(provider, model.Model)) is { } refusal)
            {
                return UltraError.Of(refusal);
            }
        }

        return null;
    }

    /// <summary>The presets that a key may use, by name.</summary>
    public IEnumerable<Preset> PresetsOf(VirtualKey key) =>
        settings.Ultra.Presets.Values.Where(preset => CheckScope(key, preset) is null).OrderBy(preset => preset.Name, StringComparer.Ordinal);

    private StartedRun Start(HttpContext context, VirtualKey key, RunPlan plan, RunAdmission admission)
    {
        var cancellation = new RunCancellation(services.Time, plan.Deadlines.Total, context.RequestAborted);
        registry.Add(plan.Id, key, cancellation);
        context.Response.Headers[UltraResponse.RunIdField] = plan.Id;
        var events = new RunEvents(services.Time, plan.Request.IsStream);
        return new StartedRun(plan, events, RunAsync(key, plan, admission, events, cancellation, AccessEntry.Of(context)));
    }

    private async Task<RunEnd> RunAsync(VirtualKey key, RunPlan plan, RunAdmission admission, RunEvents events, RunCancellation cancellation, AccessEntry? entry)
    {
        using var use = uses.Begin(key, () => cancellation.Cancel(CancelReason.Client));
        try
        {
            var end = await new UltraRun(plan, admission, services, events, cancellation).RunAsync();
            Fill(entry, key, plan, end);
            return end;
        }
        finally
        {
            registry.Remove(plan.Id);
            cancellation.Dispose();
        }
    }

    private static void Fill(AccessEntry? entry, VirtualKey key, RunPlan plan, RunEnd end)
    {
        if (entry is null)
        {
            return;
        }

        var (status, usage) = end switch
        {
            RunCompleted { Report: var report } => (report.Status, report.Usage),
            RunFailed failed => ("failed", failed.Usage),
            RunCancelled cancelled => ("cancelled", cancelled.Usage),
            _ => (null, null),
        };
        // One that was started from the dashboard has not been through the guard of /ultra.
        (entry.Provider, entry.Key) = ("ultra", key.Name);
        (entry.RunId, entry.Model, entry.Outcome) = (plan.Id, plan.Request.Preset.Name, status);
        if (usage is not null)
        {
            (entry.InputTokens, entry.OutputTokens, entry.NanoUsd, entry.IsEstimated) = (usage.Usage.Input, usage.Usage.Output, usage.NanoUsd, usage.IsEstimated);
        }
    }
}
