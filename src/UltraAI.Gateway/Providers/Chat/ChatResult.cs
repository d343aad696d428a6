namespace UltraAI.Gateway.Providers.Chat;

/// <summary>What became of a call to a model.</summary>
internal sealed record ChatResult
{
    public required ChatOutcome Outcome { get; init; }

    /// <summary>The answer, without thinking; with any other outcome than <see cref="ChatOutcome.Ok"/>, what had come of it.</summary>
    public string Text { get; init; } = "";

    /// <summary>The words of a refusal, where the provider tells them apart.</summary>
    public string Refusal { get; init; } = "";

    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];

    public ChatFinishReason FinishReason { get; init; }

    /// <summary>Whether the answer ends where the most tokens of output were reached.</summary>
    public bool IsTruncated => FinishReason == ChatFinishReason.Length;

    /// <summary>What the provider reported so far.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>Whether <see cref="Usage"/> is the whole call's; else it has to be estimated.</summary>
    public bool IsUsageFinal { get; init; }

    /// <summary>Why there is no answer; null for the outcomes that a complete stream has.</summary>
    public ChatFailure? Failure { get; init; }

    /// <summary>A call of which no byte of an answer was read.</summary>
    public static ChatResult Failed(ChatFailure failure) => new() { Outcome = failure.Outcome, Failure = failure };
}
