namespace UltraAI.Gateway.Synthesis.Ranking;

/// <summary>When a proposed revision replaces its author's draft.</summary>
internal enum RevisionMode
{
    /// <summary>When at least half of the reviewers who voted on the draft found it faulty.</summary>
    Flagged,

    /// <summary>Always.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}

/// <summary>What became of a draft's revision.</summary>
internal enum RevisionResult
{
    /// <summary>None was proposed.</summary>
    None,

    /// <summary>The draft stands; the lead gets the revision as a note.</summary>
    Kept,

    /// <summary>The revision is the draft now.</summary>
    Accepted,
}

/// <summary>Decides over revisions. Its author's word alone is not enough: models give in to a majority that is wrong.</summary>
internal static class RevisionGate
{
    // A reviewer who gives no more does not think that the draft is right.
    private const double FaultyCorrectness = 5;

    /// <param name="isProposed">Whether there is a revision.</param>
    /// <param name="mode">The preset's rule.</param>
    /// <param name="votes">The votes on this draft, of reviewers that have a vote.</param>
    public static RevisionResult Decide(bool isProposed, RevisionMode mode, IReadOnlyCollection<DraftVote> votes)
    {
        if (!isProposed)
        {
            return RevisionResult.None;
        }

        var isAccepted = mode == RevisionMode.Always
            || (mode == RevisionMode.Flagged && votes.Count > 0 && votes.Count(IsFaulty) * 2 >= votes.Count);
        return isAccepted ? RevisionResult.Accepted : RevisionResult.Kept;
    }

    private static bool IsFaulty(DraftVote vote) => vote.MajorErrors > 0 || vote.Correctness <= FaultyCorrectness;
}
