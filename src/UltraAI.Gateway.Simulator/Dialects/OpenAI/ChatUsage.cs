using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>The usage object of chat completions.</summary>
internal static class ChatUsage
{
    public static JsonObject Create(SimulatedCall call, int inputTokens, int outputTokens)
    {
        var input = call.Behaviour.InputTokens ?? inputTokens;
        return new JsonObject
        {
            ["prompt_tokens"] = input,
            ["completion_tokens"] = outputTokens,
            ["total_tokens"] = input + outputTokens,
            ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = call.Behaviour.CachedTokens ?? 0, ["audio_tokens"] = 0 },
            ["completion_tokens_details"] = new JsonObject
            {
                ["reasoning_tokens"] = 0,
                ["audio_tokens"] = 0,
                ["accepted_prediction_tokens"] = 0,
                ["rejected_prediction_tokens"] = 0,
            },
        };
    }
}
