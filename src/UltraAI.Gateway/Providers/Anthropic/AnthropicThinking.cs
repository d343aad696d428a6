using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Anthropic;

/// <summary>How a request's effort is said to one of Anthropic's models.</summary>
/// <remarks>
/// https://platform.claude.com/docs/en/build-with-claude/thinking. Thinking excludes a forced choice of tools. With a budget it also wants the thinking blocks of a tool loop back,
/// which OpenAI's shape does not carry: there the model goes on without.
/// </remarks>
/// <param name="Effort">The value of <c>output_config.effort</c>; null for none.</param>
/// <param name="IsAdaptive">Whether the model decides for itself how much to think.</param>
/// <param name="Budget">The most tokens of thinking; 0 for no budget.</param>
internal readonly record struct AnthropicThinking(string? Effort, bool IsAdaptive, int Budget)
{
    /// <summary>The least budget that is accepted.</summary>
    private const int LeastBudget = 1024;

    public bool IsOn => IsAdaptive || Budget > 0;

    public static AnthropicThinking Choose(ChatRequest request, ClaudeVersion version)
    {
        if (request.ReasoningEffort is not { } effort)
        {
            return default;
        }

        var isForced = request.ToolChoice?.IsForced == true;
        if (version.ThinksAdaptively)
        {
            return new AnthropicThinking(EffortWord(effort, version), IsAdaptive: effort != ReasoningEffort.None && !isForced, Budget: 0);
        }

        if (!version.ThinksByBudget || isForced || ChatTurns.IsInToolLoop(request))
        {
            return default;
        }

        // The budget is part of max_tokens; the other half is for the answer.
        var budget = Math.Min(ReasoningEfforts.BudgetOf(effort), (request.MaxOutputTokens ?? 0) / 2);
        return new AnthropicThinking(null, IsAdaptive: false, budget < LeastBudget ? 0 : budget);
    }

    public void Write(Utf8JsonWriter json)
    {
        if (!IsOn)
        {
            return;
        }

        json.WriteStartObject("thinking"u8);
        json.WriteString("type"u8, IsAdaptive ? "adaptive"u8 : "enabled"u8);
        if (Budget > 0)
        {
            json.WriteNumber("budget_tokens"u8, Budget);
        }

        json.WriteEndObject();
    }

    private static string EffortWord(ReasoningEffort effort, ClaudeVersion version) => effort switch
    {
        ReasoningEffort.None or ReasoningEffort.Minimal or ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => "medium",
        ReasoningEffort.XHigh when version.TakesXHigh => "xhigh",
        ReasoningEffort.Max => "max",
        _ => "high",
    };
}
