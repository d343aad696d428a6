using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>The usage object of chat completions.</summary>
internal static class ChatUsage
{
    public static SimulatedUsage Count(SimulatedCall call, int inputTokens, int outputTokens) => call.Usage(new SimulatedUsage
    {
        Input = call.Behaviour.InputTokens ?? inputTokens,
        CachedInput = call.Behaviour.CachedTokens ?? 0,
        Output = outputTokens,
    }) with
    {
        CacheWrite5m = 0,
        CacheWrite1h = 0,
        ImageOutput = 0,
    };

    public static JsonObject Write(SimulatedUsage usage) => new()
    {
        ["prompt_tokens"] = usage.Input,
        ["completion_tokens"] = usage.Output,
        ["total_tokens"] = usage.Input + usage.Output,
        ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = usage.CachedInput, ["audio_tokens"] = usage.AudioInput },
        ["completion_tokens_details"] = new JsonObject
        {
            ["reasoning_tokens"] = usage.Reasoning,
            ["audio_tokens"] = usage.AudioOutput,
            ["accepted_prediction_tokens"] = 0,
            ["rejected_prediction_tokens"] = 0,
        },
    };
}
