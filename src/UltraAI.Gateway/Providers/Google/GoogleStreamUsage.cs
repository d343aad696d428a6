using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Google;

/// <summary>Reads <c>usageMetadata</c>, which counts all tokens so far.</summary>
/// <remarks>https://ai.google.dev/api/generate-content#UsageMetadata. Thinking is not in <c>candidatesTokenCount</c>; the cached part is in <c>promptTokenCount</c>.</remarks>
internal static class GoogleStreamUsage
{
    public static TokenUsage Read(JsonElement usage)
    {
        var thoughts = usage.Count("thoughtsTokenCount"u8);
        return new TokenUsage
        {
            Input = usage.Count("promptTokenCount"u8) + usage.Count("toolUsePromptTokenCount"u8),
            CachedInput = usage.Count("cachedContentTokenCount"u8),
            AudioInput = Of(usage.Get("promptTokensDetails"u8), "AUDIO"),
            Output = usage.Count("candidatesTokenCount"u8) + thoughts,
            Reasoning = thoughts,
            AudioOutput = Of(usage.Get("candidatesTokensDetails"u8), "AUDIO"),
            ImageOutput = Of(usage.Get("candidatesTokensDetails"u8), "IMAGE"),
        };
    }

    private static long Of(JsonElement details, string modality)
    {
        foreach (var detail in details.Items())
        {
            if (detail.Text("modality"u8) == modality)
            {
                return detail.Count("tokenCount"u8);
            }
        }

        return 0;
    }
}
