using UltraAI.Gateway.Synthesis.Ranking;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Presets;

/// <summary>Whether the members review each other.</summary>
internal enum ReviewMode
{
    Off,

    /// <summary>They do.</summary>
    Review,

    /// <summary>They do, and may propose a revision of their own draft.</summary>
    ReviewRevise,
}

/// <summary>One slot of a panel.</summary>
internal sealed record Member
{
    /// <summary>Unique in its panel.</summary>
    public required string Id { get; init; }

    public required ModelReference Model { get; init; }

    /// <summary>Tried in order where the first fails.</summary>
    public required IReadOnlyList<ModelReference> Fallbacks { get; init; }

    /// <summary>0 to 1.</summary>
    public required double Prior { get; init; }

    public required bool Required { get; init; }

    /// <summary>Which sample of its model this is, from 0.</summary>
    public required int Sample { get; init; }

    /// <summary>How many samples there are of it. More than one: seeds are counted up and the temperature is at least 0.7.</summary>
    public required int Samples { get; init; }
}

/// <summary>Who writes the answer.</summary>
/// <param name="Models">Tried in order; at least one.</param>
/// <param name="AllowMembers">Whether members with a draft are tried after these, best first.</param>
/// <param name="FallsBackToTopDraft">Whether the best draft is the answer when nobody leads; otherwise the run fails.</param>
internal sealed record Lead(IReadOnlyList<ModelReference> Models, bool AllowMembers, bool FallsBackToTopDraft);

/// <summary>A panel and its lead, checked.</summary>
internal sealed record Preset
{
    public required string Name { get; init; }

    /// <summary>What it was made of: the ground for a request's overrides.</summary>
    public required PresetOptions Options { get; init; }

    /// <summary>2 to 8, each sample one.</summary>
    public required IReadOnlyList<Member> Members { get; init; }

    public required Lead Lead { get; init; }

    public required ReviewMode ReviewMode { get; init; }

    public required RevisionMode RevisionMode { get; init; }

    public required RequireMode Require { get; init; }

    public required StageTimeouts Timeouts { get; init; }

    public TimeSpan Grace => TimeSpan.FromMilliseconds(Options.GraceMs);

    public TimeSpan ReviewGrace => TimeSpan.FromMilliseconds(Options.Review.GraceMs);

    /// <summary>All models that a run may call, each once: what a key is checked for.</summary>
    public IEnumerable<ModelReference> Models =>
        Members.SelectMany(member => member.Fallbacks.Prepend(member.Model)).Concat(Lead.Models).Distinct();

    /// <param name="calls">How many calls a stage has.</param>
    public int QuorumOf(int calls) => Options.Quorum ?? Quorums.Default(calls);
}
