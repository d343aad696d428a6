using System.Collections.Frozen;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>What becomes of the properties of a chat completion's body. One that is in none of the lists is refused: what can't be honoured is not dropped in silence.</summary>
/// <remarks>https://platform.openai.com/docs/api-reference/chat/create</remarks>
internal static class ChatParameters
{
    /// <summary>Read into the request, and written in the words of each provider that has them.</summary>
    public static readonly FrozenSet<string> Read = FrozenSet.Create(
        "model", "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "temperature", "top_p", "frequency_penalty",
        "presence_penalty", "seed", "reasoning_effort", "verbosity", "max_tokens", "max_completion_tokens", "stop");

    /// <summary>Of the surface itself: whoever reads the request looks at them.</summary>
    public static readonly FrozenSet<string> Surface = FrozenSet.Create("stream", "stream_options", "ultra", "preset");

    /// <summary>Accepted without effect: they say nothing about the answer, only what the provider should keep, bill or cache.</summary>
    public static readonly FrozenSet<string> Ignored = FrozenSet.Create(
        "store", "metadata", "user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "service_tier");

    /// <summary>Refused by name when they ask for something; a value that asks for nothing (<c>n: 1</c>, <c>logprobs: false</c>) passes.</summary>
    public static readonly FrozenSet<string> Refused = FrozenSet.Create(
        "n", "logprobs", "top_logprobs", "logit_bias", "prediction", "audio", "modalities", "functions", "function_call", "web_search_options");
}
