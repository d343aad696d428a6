using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>Decides, before anything is reserved or sent, which calls a run can make.</summary>
internal sealed class RunPlanner(IUltraSource settings, IProviderSource providers, TimeProvider time)
{
    private const int LeastMembers = 2;

    /// <returns>The plan, or why there is none.</returns>
    public (RunPlan? Plan, UltraError? Error) Plan(RunRequest request)
    {
        if (RunDeadlines.Of(request.Preset.Timeouts, request.Deadline) is not { } deadlines)
        {
            return (null, UltraError.Invalid("invalid_override", $"'ultra.deadline_ms' must be 1 to {(long)request.Preset.Timeouts.Total.TotalMilliseconds}, the preset's own total.", "ultra.deadline_ms"));
        }

        var preset = request.Preset;
        var budget = preset.Options.Budget;
        var isToolTurn = request.Chat.Messages[^1].Role == ChatRole.Tool || request.Chat.ToolChoice is { IsForced: true };
        var input = InputSize.Of(request.Chat);
        var members = preset.Members
            .Select(member => new PlannedMember(member, isToolTurn ? [] : Links(member.Fallbacks.Prepend(member.Model), request.Chat, input, budget.DraftMaxTokens)))
            .ToArray();
        var able = members.Where(member => member.IsAble).ToArray();
        if (!isToolTurn && able.Length < LeastMembers)
        {
            return (null, UltraError.Invalid(
                "unsupported_modality",
                "Fewer than two members of this preset can read what the messages hold (images, files). Gateway:Models says what each model reads; use another preset, or text."));
        }

        var laterInput = input + (able.Length * (long)budget.DraftMaxTokens);
        var leads = Links(preset.Lead.Models, request.Chat, isToolTurn ? input : laterInput, request.Chat.MaxOutputTokens ?? budget.LeadMaxTokens);
        if (leads.Count == 0 && !(preset.Lead.AllowMembers && able.Length > 0))
        {
            return (null, UltraError.Invalid("unsupported_modality", "No lead of this preset can read what the messages hold (images, files). Gateway:Models says what each model reads; use another preset, or text."));
        }

        return (new RunPlan
        {
            Id = RunIds.New(time.GetUtcNow()),
            Request = request,
            Deadlines = deadlines,
            Members = members,
            Leads = leads,
            IsToolTurn = isToolTurn,
            LaterInput = laterInput,
            Calls = Calls(preset, able, leads, laterInput),
        }, null);
    }

    private static List<PlannedCall> Calls(Preset preset, PlannedMember[] able, List<ChainLink> leads, long laterInput)
    {
        var budget = preset.Options.Budget;
        var calls = able.Select(member => Dearest(member.DraftLinks)).ToList();
        if (preset.ReviewMode != ReviewMode.Off)
        {
            calls.AddRange(able.Select(member => Dearest(member.DraftLinks) with { Input = laterInput, Output = budget.ReviewMaxTokens }));
        }

        calls.Add(leads.Count > 0 ? leads[0].Planned : Dearest(able[0].DraftLinks) with { Input = laterInput, Output = budget.LeadMaxTokens });
        return calls;
    }

    private static PlannedCall Dearest(IReadOnlyList<ChainLink> links) => links[0].Planned with { Targets = [.. links.Select(link => link.Target)] };

    private List<ChainLink> Links(IEnumerable<ModelReference> models, ChatRequest chat, long input, long output)
    {
        var links = new List<ChainLink>();
        foreach (var model in models)
        {
            // A reload may have taken a provider away.
            if (providers.Providers.TryGet(model.Provider, out var provider)
                && settings.Ultra.Models.Reads(model, chat)
                && provider.Kind.Chat.FindUnsupported(chat with { Model = model.Model }) is null)
            {
                var target = new CallTarget(provider, model.Model);
                links.Add(new ChainLink(model, target, new PlannedCall([target], input, output)));
            }
        }

        return links;
    }
}
