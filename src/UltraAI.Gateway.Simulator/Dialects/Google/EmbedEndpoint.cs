using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Google;

/// <summary>embedContent and batchEmbedContents.</summary>
internal static class EmbedEndpoint
{
    private const int DefaultDimensions = 3072;

    public static Task OneAsync(SimulatedCall call) => call.Answer.JsonAsync(new JsonObject { ["embedding"] = Embedding(call, call.JsonBody()) });

    public static Task SeveralAsync(SimulatedCall call)
    {
        var requests = call.JsonBody().List("requests") ?? throw new ProviderException(400, "* BatchEmbedContentsRequest.requests: requests is not specified\n");
        return call.Answer.JsonAsync(new JsonObject { ["embeddings"] = Json.Array(requests.Select(request => Embedding(call, request))) });
    }

    private static JsonObject Embedding(SimulatedCall call, JsonNode? request)
    {
        var parts = request.Object("content").List("parts") ?? throw new ProviderException(400, "* EmbedContentRequest.content: contents is not specified\n");
        var text = string.Concat(parts.Select(part => part.String("text")));
        var config = request.Object("embedContentConfig");
        var dimensions = request.Int("outputDimensionality") ?? request.Int("output_dimensionality") ?? config.Int("outputDimensionality") ?? DefaultDimensions;
        var vector = UnitVector.Of(call.RouteValues["model"] + "\n" + text, Math.Clamp(dimensions, 1, DefaultDimensions));
        return new JsonObject { ["values"] = Json.Array(vector.Select(value => JsonValue.Create(value))) };
    }
}
