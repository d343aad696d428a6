using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Presets;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>What a client asks of /ultra.</summary>
internal sealed record RunRequest
{
    public required ChatRequest Chat { get; init; }

    /// <summary>With the request's overrides in it.</summary>
    public required Preset Preset { get; init; }

    /// <summary><c>ultra.seed</c>.</summary>
    public long? Seed { get; init; }

    /// <summary><c>ultra.deadline_ms</c>.</summary>
    public TimeSpan? Deadline { get; init; }

    public bool IncludesDrafts { get; init; }

    public bool IncludesReviews { get; init; }

    /// <summary>Whether the lead's text goes to the client as it comes.</summary>
    public bool IsStream { get; init; }
}

/// <summary>A member, and what it can be asked in this run.</summary>
/// <param name="Member">The member.</param>
/// <param name="DraftLinks">Its models that can read the conversation; empty: it has no part in the run.</param>
internal sealed record PlannedMember(Member Member, IReadOnlyList<ChainLink> DraftLinks)
{
    public bool IsAble => DraftLinks.Count > 0;
}

/// <summary>All that is decided before a run is admitted.</summary>
internal sealed record RunPlan
{
    public required string Id { get; init; }

    public required RunRequest Request { get; init; }

    public required RunDeadlines Deadlines { get; init; }

    public required IReadOnlyList<PlannedMember> Members { get; init; }

    /// <summary>The configured leads that can read the conversation, in order.</summary>
    public required IReadOnlyList<ChainLink> Leads { get; init; }

    /// <summary>Whether the lead alone is asked: in the middle of a tool loop there is nothing to draft.</summary>
    public required bool IsToolTurn { get; init; }

    /// <summary>The calls that the run can make without retries, fallbacks and further leads.</summary>
    public required IReadOnlyList<PlannedCall> Calls { get; init; }

    /// <summary>Estimated LLM tokens of a review's or the lead's input.</summary>
    public required long LaterInput { get; init; }

    /// <summary>How many calls the stage <c>initial</c> has.</summary>
    public int Able => Members.Count(member => member.IsAble);

    /// <summary>How many drafts start the grace.</summary>
    public int Quorum => Math.Min(Request.Preset.QuorumOf(Able), Math.Max(1, Able));

    /// <summary>What everything that is drawn by lot comes from.</summary>
    public string Seed => (Request.Seed ?? Request.Chat.Seed)?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Id;
}
