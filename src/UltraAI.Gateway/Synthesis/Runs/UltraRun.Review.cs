using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Synthesis.Prompts;
using UltraAI.Gateway.Synthesis.Ranking;
using UltraAI.Gateway.Synthesis.Reviews;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>The stage <c>review</c>: each judges the others' drafts, without knowing whose they are.</summary>
internal sealed partial class UltraRun
{
    /// <returns>Null: the run goes on.</returns>
    private async Task<Ending?> ReviewAsync()
    {
        var planned = _survivors.Select(PlannedReview).ToArray();
        var limit = _plan.Deadlines.Review(_events.Elapsed);
        if (Preset.ReviewMode == ReviewMode.Off)
        {
            _events.Post(new StageSkipped(RunStage.Review, "preset"));
            return null;
        }

        if (!_costs.Fits([.. planned, PlannedLead]))
        {
            _degraded.Add(DegradedCode.Budget);
            _events.Post(new StageSkipped(RunStage.Review, "budget"));
            return null;
        }

        if (limit is not { } time)
        {
            _degraded.Add(DegradedCode.ReviewSkipped);
            _events.Post(new StageSkipped(RunStage.Review, "deadline"));
            return null;
        }

        _costs.Begin(planned);
        var fences = _survivors.Select(_ => Fence.Create()).ToArray();
        var rule = new StageRule(Math.Min(Preset.QuorumOf(_survivors.Length), _survivors.Length), Preset.ReviewGrace, time);
        var result = await CollectAsync(RunStage.Review, 'r', _survivors, rule, (_, i) => ReviewRequest(i, fences[i], planned[i]));
        for (var i = 0; i < _survivors.Length; i++)
        {
            TakeReview(i, result.Calls[i], fences[i]);
        }

        Rank();
        return BrokenOff();
    }

    private PlannedCall PlannedReview(MemberState member) =>
        new([member.Link!.Target], _plan.LaterInput, Preset.Options.Budget.ReviewMaxTokens);

    private ChainRequest ReviewRequest(int reviewer, Fence fence, PlannedCall planned)
    {
        var member = _survivors[reviewer];
        var material = new ReviewMaterial
        {
            Conversation = ChatVariants.Transcript(_plan.Request.Chat),
            OwnDraft = member.Text,
            Drafts = [.. _reviewOrder!.DraftsFor(reviewer).Select(draft => _survivors[draft].Text)],
            MayRevise = Preset.ReviewMode == ReviewMode.ReviewRevise,
        };
        return new ChainRequest
        {
            Id = "",
            Links = [member.Link! with { Planned = planned }],
            Chat = _services.Variants.Review(_plan.Request.Chat, fence, material, Preset.Options.Budget.ReviewMaxTokens),
            TimeLeft = () => TimeSpan.Zero,
            TryExtendAsync = _costs.TryExtendAsync,
        };
    }

    private void TakeReview(int reviewer, StageCallResult<ChainResult> result, Fence fence)
    {
        var member = _survivors[reviewer];
        member.Review = result.Cancelled is not null ? ChatOutcome.Cancelled : result.Value?.Last.Chat.Outcome ?? ChatOutcome.ProtocolError;
        if (!result.IsOk)
        {
            return;
        }

        var shown = _reviewOrder!.DraftsFor(reviewer);
        member.Reviewed = [.. shown.Select(draft => _survivors[draft].Id)];
        member.Parsed = ReviewParser.Parse(result.Value!.Last.Chat.Text, shown.Length, fence.Nonce);
        if (Preset.ReviewMode != ReviewMode.ReviewRevise || result.Value.Last.Chat.IsTruncated)
        {
            // Nobody asked for it, or its end is missing.
            member.Parsed = member.Parsed with { Revision = null };
        }

        _services.Metrics.ReviewParsed(member.Parsed);
        _events.Post(new ReviewParsed(member.Id, member.Parsed, member.Reviewed, _plan.Request.IncludesReviews));
        if (ReviewBallots.Of(reviewer, member.Parsed, _reviewOrder) is { } ballot)
        {
            _ballots.Add(ballot);
        }
    }

    private void Rank()
    {
        _ranking = PeerRanking.Rank(_ballots, [.. _survivors.Select(member => member.Member.Prior)], Preset.Options.Review.PriorWeight);
        for (var draft = 0; draft < _survivors.Length; draft++)
        {
            Revise(_survivors[draft], [.. _ballots.SelectMany(ballot => ballot.Votes).Where(vote => vote.Draft == draft)]);
        }

        _services.Metrics.Ranked(_ranking);
        if (_ranking is null)
        {
            _degraded.Add(DegradedCode.ReviewFailed);
            return;
        }

        _order = _ranking.Order;
        for (var place = 0; place < _order.Count; place++)
        {
            var member = _survivors[_order[place]];
            (member.Rank, member.Score) = (place + 1, _ranking.Scores[_order[place]]);
        }

        _events.Post(new RankingMade(
            _ranking,
            [.. _survivors.Select(member => member.Id)],
            [.. _survivors.Where(member => member.Revision == RevisionResult.Accepted).Select(member => member.Id)]));
    }

    private void Revise(MemberState member, DraftVote[] votes)
    {
        var revision = member.Parsed?.Revision;
        member.Revision = RevisionGate.Decide(revision is not null, Preset.RevisionMode, votes);
        _services.Metrics.Revised(member.Revision);
        if (member.Revision == RevisionResult.Accepted)
        {
            member.Text = revision!;
        }
    }
}
