using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>The objects of /v1/responses.</summary>
internal static class ResponseObject
{
    public static JsonObject Create(SimulatedCall call, ResponsesRequest request, string id) => new()
    {
        ["id"] = id,
        ["object"] = "response",
        ["created_at"] = call.UnixTime,
        ["status"] = "in_progress",
        ["background"] = false,
        ["error"] = null,
        ["incomplete_details"] = null,
        ["instructions"] = request.Body["instructions"]?.DeepClone(),
        ["max_output_tokens"] = request.Body["max_output_tokens"]?.DeepClone(),
        ["model"] = request.Prompt.Model,
        ["output"] = new JsonArray(),
        ["parallel_tool_calls"] = true,
        ["previous_response_id"] = request.Body["previous_response_id"]?.DeepClone(),
        ["reasoning"] = new JsonObject { ["effort"] = null, ["summary"] = null },
        ["service_tier"] = "default",
        ["store"] = IsStored(request),
        ["temperature"] = 1.0,
        ["text"] = request.Body["text"]?.DeepClone() ?? new JsonObject { ["format"] = new JsonObject { ["type"] = "text" } },
        ["tool_choice"] = request.Body["tool_choice"]?.DeepClone() ?? "auto",
        ["tools"] = request.Body["tools"]?.DeepClone() ?? new JsonArray(),
        ["top_p"] = 1.0,
        ["truncation"] = "disabled",
        ["usage"] = null,
        ["user"] = null,
        ["metadata"] = request.Body["metadata"]?.DeepClone() ?? new JsonObject(),
    };

    public static bool IsStored(ResponsesRequest request) => request.Body["store"] is null || request.Body.Flag("store");

    /// <summary>The response as it is when it ended.</summary>
    public static JsonObject Finish(SimulatedCall call, JsonObject response, ResponsesRequest request, JsonObject item, SimulatedUsage usage, bool isTruncated)
    {
        var finished = (JsonObject)response.DeepClone();
        finished["status"] = isTruncated ? "incomplete" : "completed";
        finished["incomplete_details"] = isTruncated ? new JsonObject { ["reason"] = "max_output_tokens" } : null;
        finished["output"] = Json.Array(item.DeepClone());
        if (!call.Behaviour.OmitUsage)
        {
            finished["usage"] = new JsonObject
            {
                ["input_tokens"] = usage.Input,
                ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = usage.CachedInput },
                ["output_tokens"] = usage.Output,
                ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = usage.Reasoning },
                ["total_tokens"] = usage.Input + usage.Output,
            };
        }

        return finished;
    }

    public static JsonObject Message(string id, string? text, string status = "completed") => new()
    {
        ["id"] = id,
        ["type"] = "message",
        ["status"] = status,
        ["content"] = text is null ? [] : Json.Array(TextPart(text)),
        ["role"] = "assistant",
    };

    public static JsonObject TextPart(string text) =>
        new() { ["type"] = "output_text", ["annotations"] = new JsonArray(), ["logprobs"] = new JsonArray(), ["text"] = text };

    public static JsonObject FunctionCall(string id, string callId, string? name, string arguments, string status = "completed") => new()
    {
        ["id"] = id,
        ["type"] = "function_call",
        ["status"] = status,
        ["arguments"] = arguments,
        ["call_id"] = callId,
        ["name"] = name,
    };
}
