namespace UltraAI.Gateway.Providers.Chat;

/// <summary>One turn asked of a model, in terms that every provider's dialect can write. Immutable: a variant is made by <c>with</c>.</summary>
/// <remarks>A value that is set is sent as it is, or left out where the model is known to refuse the parameter; it is never changed.</remarks>
internal sealed record ChatRequest
{
    /// <summary>The provider's own name of the model; empty if the request that was read named none.</summary>
    public required string Model { get; init; }

    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    public IReadOnlyList<ChatTool> Tools { get; init; } = [];

    /// <summary>Null leaves the choice to the provider's default, which is automatic.</summary>
    public ChatToolChoice? ToolChoice { get; init; }

    /// <summary>Whether the model may call several tools at once; null leaves it to the provider.</summary>
    public bool? ParallelToolCalls { get; init; }

    /// <summary>Null is text.</summary>
    public ChatResponseFormat? ResponseFormat { get; init; }

    /// <summary>0 to 2. Anthropic's models end at 1, and refuse more by themselves.</summary>
    public double? Temperature { get; init; }

    /// <summary>0 to 1.</summary>
    public double? TopP { get; init; }

    /// <summary>−2 to 2. Sent to providers with OpenAI's dialect only.</summary>
    public double? FrequencyPenalty { get; init; }

    /// <summary>−2 to 2. Sent to providers with OpenAI's dialect only.</summary>
    public double? PresencePenalty { get; init; }

    /// <summary>Makes an answer repeatable as far as the provider can; Anthropic has no such parameter.</summary>
    public long? Seed { get; init; }

    public ReasoningEffort? ReasoningEffort { get; init; }

    /// <summary><c>low</c>, <c>medium</c> or <c>high</c>. Sent to providers with OpenAI's dialect only.</summary>
    public string? Verbosity { get; init; }

    /// <summary>The most tokens of output, thinking included; at least 1. Anthropic's dialect needs it.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Up to four texts at which the answer ends.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Whether some message holds a part of this type.</summary>
    public bool Has<TPart>()
        where TPart : ChatPart
    {
        foreach (var message in Messages)
        {
            foreach (var part in message.Parts)
            {
                if (part is TPart)
                {
                    return true;
                }
            }
        }

        return false;
    }
}

/// <summary>How much a model should think before it answers: OpenAI's words, and <c>max</c> of Anthropic.</summary>
internal enum ReasoningEffort
{
    /// <summary>Not at all, or as little as the model can.</summary>
    None,

    Minimal,

    Low,

    Medium,

    High,

    XHigh,

    Max,
}
