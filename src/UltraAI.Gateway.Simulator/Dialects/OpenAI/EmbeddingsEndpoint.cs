using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>POST /v1/embeddings.</summary>
internal static class EmbeddingsEndpoint
{
    private const int MostDimensions = 4096;

    public static Task HandleAsync(SimulatedCall call)
    {
        var body = call.JsonBody();
        var model = body.String("model") ?? throw new ProviderException(400, "you must provide a model parameter");
        var inputs = Inputs(body["input"] ?? throw new ProviderException(400, "Missing required parameter: 'input'.", "missing_required_parameter", "input"));
        var dimensions = Math.Clamp(body.Int("dimensions") ?? (model.Contains("large", StringComparison.Ordinal) ? 3072 : 1536), 1, MostDimensions);
        var isBase64 = body.String("encoding_format") == "base64";
        var tokens = call.Behaviour.Usage?.Input ?? call.Behaviour.InputTokens ?? inputs.Sum(input => Tokens.Count(input));
        call.Record.SetUsage(new SimulatedUsage { Input = tokens }, isReported: true);
        return call.Answer.JsonAsync(new JsonObject
        {
            ["object"] = "list",
            ["data"] = Json.Array(inputs.Select((input, index) =>
            {
                var vector = UnitVector.Of(model + "\n" + input, dimensions);
                return (JsonNode)new JsonObject
                {
                    ["object"] = "embedding",
                    ["index"] = index,
                    ["embedding"] = isBase64 ? JsonValue.Create(UnitVector.Base64(vector)) : Json.Array(vector.Select(value => JsonValue.Create(value))),
                };
            })),
            ["model"] = model,
            ["usage"] = new JsonObject { ["prompt_tokens"] = tokens, ["total_tokens"] = tokens },
        });
    }

    // A text, several texts, one list of token numbers, or several such lists.
    private static List<string> Inputs(JsonNode input)
    {
        var isList = input is JsonArray list && list.All(item => item is JsonArray || item.AsText() is not null);
        return isList ? [.. ((JsonArray)input).Select(Text)] : [Text(input)];
    }

    private static string Text(JsonNode? node) => node.AsText() ?? (node is null ? "" : Json.Text(node));
}
