namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>What a run had to do without: a closed list. The wire form is the name in snake_case (<see cref="DegradedCodeNames"/>).</summary>
internal enum DegradedCode
{
    /// <summary>Some members have no draft, but the quorum has.</summary>
    PartialPanel,

    /// <summary>At least two members have a draft, but fewer than the quorum.</summary>
    BelowQuorum,

    /// <summary>Only one draft: it is the answer.</summary>
    SingleSurvivor,

    /// <summary>No review could be used.</summary>
    ReviewFailed,

    /// <summary>No time was left for the review.</summary>
    ReviewSkipped,

    /// <summary>No lead answered; the answer is the top draft.</summary>
    LeadFailed,

    /// <summary>The run's time was over; the answer is the top draft.</summary>
    RunDeadline,

    /// <summary>A stage was left out because of <c>MaxCostUsd</c>.</summary>
    Budget,
}

/// <summary>The words for <see cref="DegradedCode"/>.</summary>
internal static class DegradedCodeNames
{
    public static string Name(this DegradedCode code) => code switch
    {
        DegradedCode.PartialPanel => "partial_panel",
        DegradedCode.BelowQuorum => "below_quorum",
        DegradedCode.SingleSurvivor => "single_survivor",
        DegradedCode.ReviewFailed => "review_failed",
        DegradedCode.ReviewSkipped => "review_skipped",
        DegradedCode.LeadFailed => "lead_failed",
        DegradedCode.RunDeadline => "run_deadline",
        _ => "budget",
    };
}
