namespace UltraAI.Gateway.Providers.Chat;

/// <summary>The words of <see cref="ReasoningEffort"/>.</summary>
internal static class ReasoningEfforts
{
    /// <summary>Tokens of thinking for the models that take a budget instead of a word: Google's own translation of OpenAI's words.</summary>
    /// <remarks>https://ai.google.dev/gemini-api/docs/openai#thinking</remarks>
    public static int BudgetOf(ReasoningEffort effort) => effort switch
    {
        ReasoningEffort.None => 0,
        ReasoningEffort.Minimal or ReasoningEffort.Low => 1024,
        ReasoningEffort.Medium => 8192,
        _ => 24576,
    };

    public static string Word(this ReasoningEffort effort) => effort switch
    {
        ReasoningEffort.None => "none",
        ReasoningEffort.Minimal => "minimal",
        ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => "medium",
        ReasoningEffort.High => "high",
        ReasoningEffort.XHigh => "xhigh",
        _ => "max",
    };

    public static ReasoningEffort? Find(string? word) => word switch
    {
        "none" => ReasoningEffort.None,
        "minimal" => ReasoningEffort.Minimal,
        "low" => ReasoningEffort.Low,
        "medium" => ReasoningEffort.Medium,
        "high" => ReasoningEffort.High,
        "xhigh" => ReasoningEffort.XHigh,
        "max" => ReasoningEffort.Max,
        _ => null,
    };
}
