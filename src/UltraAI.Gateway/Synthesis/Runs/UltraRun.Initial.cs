using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Synthesis.Ordering;
using UltraAI.Gateway.Synthesis.Presets;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>The stage <c>initial</c>: everybody drafts an answer.</summary>
internal sealed partial class UltraRun
{
    private const int MostWords = 3;

    /// <returns>Null: the run goes on.</returns>
    private async Task<Ending?> InitialAsync()
    {
        foreach (var member in _members.Where(member => !member.Planned.IsAble))
        {
            member.Draft = new DraftOutcome(ChatOutcome.UnsupportedInput);
        }

        var able = _members.Where(member => member.Planned.IsAble).ToArray();
        var rule = new StageRule(_plan.Quorum, Preset.Grace, _plan.Deadlines.Initial) { Needed = Quorums.Needed(Preset.Require, _plan.Quorum, able.Length) };
        var watcher = default(StageWatcher);
        _costs.Begin(able.Select(member => member.Planned.DraftLinks[0].Planned));
        var result = await CollectAsync(RunStage.Initial, 'i', able, rule, (member, i) => DraftRequest(member, i, watcher!), made => watcher = made);
        for (var i = 0; i < able.Length; i++)
        {
            able[i].TakeDraft(result.Calls[i]);
        }

        _survivors = [.. able.Where(member => member.HasDraft)];
        _reviewOrder = ReviewOrder.Create(_survivors.Length, SplitMix64.Of(_plan.Seed));
        _order = _reviewOrder.Permutation;
        return BrokenOff() ?? AfterInitial();
    }

    private Ending? AfterInitial()
    {
        var decision = SurvivorsTable.Decide([.. _members.Select(member => member.Draft!.Value)], _plan.Quorum, Preset.Require);
        if (decision.Failure is { } failure)
        {
            return new Ending { Error = FailureOf(failure) };
        }

        if (decision.Degraded is { } degraded)
        {
            _degraded.Add(degraded);
        }

        if (decision.Step != NextStep.AnswerWithSurvivor)
        {
            return null;
        }

        _events.Post(new StageSkipped(RunStage.Review, "single_survivor"));
        _events.Post(new StageSkipped(RunStage.Synthesis, "single_survivor"));
        _survivors[0].Label = ReviewOrder.Letter(0);
        return TopDraft(DegradedCode.SingleSurvivor);
    }

    private ChainRequest DraftRequest(MemberState member, int index, StageWatcher watcher) => new()
    {
        Id = "",
        Links = member.Planned.DraftLinks,
        Chat = _services.Variants.Draft(_plan.Request.Chat, member.Member, Preset.Options.Budget.DraftMaxTokens),
        TimeLeft = () => TimeSpan.Zero,
        TryExtendAsync = _costs.TryExtendAsync,
        OnEvent = !(_plan.Request.IsStream && _plan.Request.IncludesDrafts) ? null : async (item, token) =>
        {
            if (item.Kind == ChatEventKind.Text)
            {
                watcher.Delta(index, item.Text!);
                await _events.RoomAsync(token);
            }
        },
    };

    private UltraError FailureOf(RunFailure failure)
    {
        var words = failure.Code switch
        {
            "quorum_not_met" => $"Too few members have answered for 'require: {Preset.Options.Require}' of preset '{Preset.Name}'.",
            "all_members_rate_limited" => "Every member's provider is rate limited; try again later.",
            "all_members_timed_out" => "No member has answered in time.",
            "no_members_available" => "No member's provider is available now; try again later.",
            _ => "No member has answered.",
        };
        var failed = _members.Where(member => !member.HasDraft).Take(MostWords).Select(member => $"{member.Id} ({member.Link?.Reference ?? member.Member.Model}): {Describe(member)}");
        return ErrorOf(failure.Status, failure.Code, $"{words} {string.Join("; ", failed)}.", failure.MayRetry) with
        {
            RetryAfter = failure.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable && failure.MayRetry
                ? _members.Select(member => member.Failure?.RetryAfter).OfType<TimeSpan>().DefaultIfEmpty(TimeSpan.FromSeconds(1)).Min()
                : null,
        };
    }

    /// <summary>A member's failure in words: the provider's own are cut, and hold no credential.</summary>
    private static string Describe(MemberState member)
    {
        var outcome = member.Draft?.Outcome.Name();
        var provider = member.Link?.Target.Provider;
        var message = member.Failure?.ShownMessage(text => provider?.Masked(text) ?? text);
        return message is null ? $"{outcome}" : $"{outcome}, {message.TrimEnd('.')}";
    }
}
