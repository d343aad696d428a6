namespace UltraAI.Gateway.Synthesis.Presets;

/// <summary>Whether and how the members of a panel review each other.</summary>
internal sealed record ReviewOptions
{
    /// <summary><c>off</c>, <c>review</c>, or <c>review_revise</c>: a reviewer may also propose a revision of its own draft.</summary>
    /// <value>The default is <c>review_revise</c>.</value>
    public string Mode { get; set; } = "review_revise";

    /// <summary>When a revision replaces its draft: <c>flagged</c> (half of the reviewers found it faulty), <c>always</c> or <c>never</c>.</summary>
    /// <value>The default is <c>flagged</c>.</value>
    public string Revision { get; set; } = "flagged";

    /// <summary>How long the other reviews are waited for when the quorum is there, in milliseconds, 0 to 600000.</summary>
    /// <value>The default is 5000.</value>
    public int GraceMs { get; set; } = 5_000;

    /// <summary>How much the members' <see cref="MemberOptions.Prior"/> counts beside the reviews, 0 to 0.3.</summary>
    /// <value>The default is 0.</value>
    public double PriorWeight { get; set; }
}

/// <summary>How long a run and its stages may take, in milliseconds, 1 to 3600000. A request's shorter deadline scales all of them.</summary>
internal sealed record TimeoutOptions
{
    /// <summary>The drafts.</summary>
    /// <value>The default is 60000.</value>
    public int InitialMs { get; set; } = 60_000;

    /// <summary>The reviews.</summary>
    /// <value>The default is 90000.</value>
    public int ReviewMs { get; set; } = 90_000;

    /// <summary>To the first content of the answer, over all leads.</summary>
    /// <value>The default is 60000.</value>
    public int SynthesisMs { get; set; } = 60_000;

    /// <summary>The whole run.</summary>
    /// <value>The default is 180000.</value>
    public int TotalMs { get; set; } = 180_000;

    /// <summary>What drafts and reviews leave for the lead, 0 to 3600000.</summary>
    /// <value>The default is 45000.</value>
    public int LeadReserveMs { get; set; } = 45_000;

    /// <summary>What drafts leave for the reviews, 0 to 3600000.</summary>
    /// <value>The default is 20000.</value>
    public int ReviewReserveMs { get; set; } = 20_000;
}

/// <summary>How much a run may cost, and how long its texts may be. Models that think need room: their thinking counts.</summary>
internal sealed record RunBudgetOptions
{
    /// <summary>The most that a run may cost, in US dollars, more than 0. Needs a price for each of its models.</summary>
    /// <value>The default is no limit but those of the key.</value>
    public decimal? MaxCostUsd { get; set; }

    /// <summary>The most tokens of a draft, 1 to 1000000.</summary>
    /// <value>The default is 16384.</value>
    public int DraftMaxTokens { get; set; } = 16_384;

    /// <summary>The most tokens of a review, 1 to 1000000.</summary>
    /// <value>The default is 16384.</value>
    public int ReviewMaxTokens { get; set; } = 16_384;

    /// <summary>The most tokens of the answer where the request does not say, 1 to 1000000.</summary>
    /// <value>The default is 16384.</value>
    public int LeadMaxTokens { get; set; } = 16_384;
}

/// <summary>What a model can do: an entry of <c>Gateway:Models</c>, whose name is <c>PROVIDER/MODEL</c>.</summary>
internal sealed record ModelOptions
{
    /// <summary>What it reads: <c>text</c>, <c>image</c>, <c>file</c>.</summary>
    /// <value>The default is <c>text</c> and <c>image</c>.</value>
    public IReadOnlyList<string> Modalities { get; set; } = ["text", "image"];
}
