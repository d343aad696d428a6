namespace UltraAI.Gateway.Synthesis.Prompts;

/// <summary>One message of the conversation, as text.</summary>
/// <param name="Role">One of the API's roles.</param>
/// <param name="Text">What it says.</param>
internal readonly record struct Turn(string Role, string Text);

/// <summary>What a reviewer is asked about.</summary>
internal sealed record ReviewMaterial
{
    /// <summary>System prompt, history and question.</summary>
    public required IReadOnlyList<Turn> Conversation { get; init; }

    /// <summary>The reviewer's own draft.</summary>
    public required string OwnDraft { get; init; }

    /// <summary>The other drafts, in the order in which this reviewer sees them: the first is A.</summary>
    public required IReadOnlyList<string> Drafts { get; init; }

    /// <summary>Whether the reviewer may propose a revision of its own draft.</summary>
    public bool MayRevise { get; init; }
}

/// <summary>A draft as the lead sees it.</summary>
internal sealed record LeadDraft
{
    /// <summary>The accepted text.</summary>
    public required string Text { get; init; }

    /// <summary>Its score, 0 to 1 and the prior; null without votes.</summary>
    public double? Score { get; init; }

    /// <summary>The major errors that reviewers claim, in their words: untrusted.</summary>
    public IReadOnlyList<string> MajorErrors { get; init; } = [];

    /// <summary>A revision by its author that was not accepted; null if there is none.</summary>
    public string? Revision { get; init; }
}

/// <summary>What the lead is given.</summary>
internal sealed record LeadMaterial
{
    /// <summary>The drafts, best first: the first is A.</summary>
    public required IReadOnlyList<LeadDraft> Drafts { get; init; }

    /// <summary>Whether the order is one of merit.</summary>
    public bool IsRanked { get; init; }

    /// <summary>Where the reviewers disagree: sentences of the gateway's own, made of letters and numbers.</summary>
    public IReadOnlyList<string> Disagreements { get; init; } = [];

    /// <summary>Reviews that could not be read as votes, whole: untrusted.</summary>
    public IReadOnlyList<string> Critiques { get; init; } = [];
}
