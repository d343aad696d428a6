namespace UltraAI.Gateway.Synthesis.Evaluation;

/// <summary>A member's own answer in a run: what it would have said alone.</summary>
/// <param name="Member">The member's id.</param>
/// <param name="Model">The model that wrote it, or was asked.</param>
/// <param name="Text">The draft as it was before any revision; null: there is none.</param>
/// <param name="Usd">What it cost; null: not known.</param>
/// <param name="Milliseconds">How long it took; null: not known.</param>
internal sealed record EvaluatedDraft(string Member, string Model, string? Text, decimal? Usd, long? Milliseconds);

/// <summary>What a run of /ultra made of a question: the drafts, which tell how each member and a vote would have done, and the answer.</summary>
internal sealed record EvaluatedRun
{
    /// <summary>Stands for preset and question.</summary>
    public required string Key { get; init; }

    /// <summary>In member order.</summary>
    public required IReadOnlyList<EvaluatedDraft> Drafts { get; init; }

    /// <summary>The answer; null: the run failed.</summary>
    public string? Answer { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    public IReadOnlyList<string> Degraded { get; init; } = [];

    public decimal Usd { get; init; }

    /// <summary>The whole run.</summary>
    public long Milliseconds { get; init; }

    /// <summary>The stage of the drafts: what a vote waits for.</summary>
    public long DraftMilliseconds { get; init; }
}
