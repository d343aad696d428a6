using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.OpenAI;

/// <summary>Reads the <c>usage</c> of chat completions.</summary>
internal static class OpenAIStreamUsage
{
    public static TokenUsage Read(JsonElement usage)
    {
        var input = usage.Get("prompt_tokens_details"u8);
        var output = usage.Get("completion_tokens_details"u8);
        return new TokenUsage
        {
            Input = usage.Count("prompt_tokens"u8),
            CachedInput = input.Count("cached_tokens"u8),
            AudioInput = input.Count("audio_tokens"u8),
            Output = usage.Count("completion_tokens"u8),
            Reasoning = output.Count("reasoning_tokens"u8),
            AudioOutput = output.Count("audio_tokens"u8),
        };
    }
}
