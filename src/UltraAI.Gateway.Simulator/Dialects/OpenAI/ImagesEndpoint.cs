using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>POST /v1/images/generations and /v1/images/edits: a real, very small picture.</summary>
internal static class ImagesEndpoint
{
    private const int MostImages = 10;

    public static Task HandleAsync(SimulatedCall call)
    {
        var parts = MultipartBody.Parse(call);
        var isMultipart = parts.Count > 0;
        var prompt = isMultipart ? parts.FirstOrDefault(part => part.Name == "prompt")?.Text : call.JsonBody().String("prompt");
        if (prompt is null)
        {
            throw new ProviderException(400, "Missing required parameter: 'prompt'.", "missing_required_parameter", "prompt");
        }

        var count = Math.Clamp((isMultipart ? null : call.JsonBody().Int("n")) ?? 1, 1, MostImages);
        var output = call.Behaviour.Usage?.Output ?? call.Behaviour.OutputTokens ?? (count * Tokens.PerAttachment);
        var usage = new SimulatedUsage
        {
            Input = call.Behaviour.Usage?.Input ?? call.Behaviour.InputTokens ?? Tokens.Count(prompt),
            Output = output,
            ImageOutput = output,
        };
        call.Record.SetUsage(usage, isReported: true);
        return call.Answer.JsonAsync(new JsonObject
        {
            ["created"] = call.UnixTime,
            ["background"] = "opaque",
            ["data"] = Json.Array(Enumerable.Range(0, count).Select(_ => (JsonNode)new JsonObject { ["b64_json"] = SampleMedia.PngBase64 })),
            ["output_format"] = "png",
            ["quality"] = "low",
            ["size"] = "1024x1024",
            ["usage"] = new JsonObject
            {
                ["input_tokens"] = usage.Input,
                ["input_tokens_details"] = new JsonObject { ["image_tokens"] = 0, ["text_tokens"] = usage.Input },
                ["output_tokens"] = usage.Output,
                ["total_tokens"] = usage.Input + usage.Output,
            },
        });
    }
}
