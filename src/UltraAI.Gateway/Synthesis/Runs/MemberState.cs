using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Synthesis.Ranking;
using UltraAI.Gateway.Synthesis.Reviews;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>A member in the course of a run. Changed by the run alone, between its stages.</summary>
internal sealed class MemberState(PlannedMember planned)
{
    public PlannedMember Planned => planned;

    public Member Member => planned.Member;

    public string Id => planned.Member.Id;

    /// <summary>The model of its last call; that of a draft reviews, too.</summary>
    public ChainLink? Link { get; set; }

    /// <summary>Null: not asked.</summary>
    public DraftOutcome? Draft { get; set; }

    /// <summary>Why it has no draft.</summary>
    public ChatFailure? Failure { get; set; }

    /// <summary>What it wrote.</summary>
    public ChatResult? Answer { get; set; }

    /// <summary>Its draft, or the revision that took its place.</summary>
    public string Text { get; set; } = "";

    public TimeSpan Elapsed { get; set; }

    /// <summary>Null: not asked.</summary>
    public ChatOutcome? Review { get; set; }

    public ParsedReview? Parsed { get; set; }

    /// <summary>The members whose drafts it reviewed, in its order.</summary>
    public IReadOnlyList<string> Reviewed { get; set; } = [];

    public RevisionResult Revision { get; set; }

    /// <summary>Its place in the ranking, from 1.</summary>
    public int? Rank { get; set; }

    public double? Score { get; set; }

    /// <summary>Its letter in the lead's prompt.</summary>
    public char? Label { get; set; }

    public bool HasDraft => Draft?.Outcome == ChatOutcome.Ok;

    public void TakeDraft(StageCallResult<ChainResult> result)
    {
        Elapsed = result.Elapsed;
        Link = result.Value?.Link ?? planned.DraftLinks[0];
        Draft = result.Cancelled is { } reason ? new DraftOutcome(ChatOutcome.Cancelled, reason)
            : new DraftOutcome(result.Value?.Last.Chat.Outcome ?? ChatOutcome.ProtocolError);
        Failure = result.Value?.Last.Chat.Failure;
        if (HasDraft)
        {
            Answer = result.Value!.Last.Chat;
            Text = Answer.Text;
        }
    }

    public MemberFailure ToFailure() => new(
        Id, (Link?.Reference ?? Member.Model).ToString(), (Draft?.Outcome ?? ChatOutcome.UnsupportedInput).Name(), Failure?.Status);
}
