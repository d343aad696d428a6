namespace UltraAI.Gateway.Synthesis.Presets;

/// <summary>One current model of each provider, for panels that nobody has configured. This is the only place that names them.</summary>
internal static class CurrentModels
{
    /// <summary>By the kind's name, in the order in which they are asked to lead.</summary>
    public static readonly IReadOnlyList<(string Kind, string Model)> All =
    [
        ("Anthropic", "claude-opus-5-5"),
        ("OpenAI", "gpt-5.5"),
        ("Google", "gemini-2.5-pro"),
        ("HuggingFace", "openai/gpt-oss-120b"),
    ];
}
