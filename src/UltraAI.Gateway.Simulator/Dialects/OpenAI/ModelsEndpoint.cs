using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>GET /v1/models and one of them.</summary>
internal sealed class ModelsEndpoint(IEnumerable<string> models, string owner)
{
    private const long Created = 1_754_000_000;

    public Task ListAsync(SimulatedCall call) => call.Answer.JsonAsync(new JsonObject
    {
        ["object"] = "list",
        ["data"] = Json.Array(models.Select(Model)),
    });

    public Task GetAsync(SimulatedCall call)
    {
        var model = call.RouteValues["model"];
        if (model.Contains("does-not-exist", StringComparison.Ordinal))
        {
            throw new ProviderException(404, $"The model '{model}' does not exist", "model_not_found", "model");
        }

        return call.Answer.JsonAsync(Model(model));
    }

    private JsonObject Model(string id) => new() { ["id"] = id, ["object"] = "model", ["created"] = Created, ["owned_by"] = owner };
}
