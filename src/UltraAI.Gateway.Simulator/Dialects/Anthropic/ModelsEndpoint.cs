using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Anthropic;

/// <summary>GET /v1/models and one of them.</summary>
internal static class ModelsEndpoint
{
    private static readonly (string Id, string Name)[] Models =
    [
        ("claude-opus-4-6", "Claude Opus 4.6"),
        ("claude-sonnet-4-6", "Claude Sonnet 4.6"),
        ("claude-opus-4-5-20251101", "Claude Opus 4.5"),
        ("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5"),
        ("claude-haiku-4-5-20251001", "Claude Haiku 4.5"),
        ("claude-opus-4-1-20250805", "Claude Opus 4.1"),
        ("claude-3-5-haiku-20241022", "Claude Haiku 3.5"),
    ];

    public static Task ListAsync(SimulatedCall call) => call.Answer.JsonAsync(new JsonObject
    {
        ["data"] = Json.Array(Models.Select(model => Model(model.Id, model.Name))),
        ["first_id"] = Models[0].Id,
        ["last_id"] = Models[^1].Id,
        ["has_more"] = false,
    });

    public static Task GetAsync(SimulatedCall call)
    {
        var id = call.RouteValues["model"];
        if (id.Contains("does-not-exist", StringComparison.Ordinal))
        {
            throw new ProviderException(404, $"model: {id}");
        }

        return call.Answer.JsonAsync(Model(id, Array.Find(Models, model => model.Id == id).Name ?? id));
    }

    private static JsonObject Model(string id, string name) => new()
    {
        ["type"] = "model",
        ["id"] = id,
        ["display_name"] = name,
        ["created_at"] = "2025-09-29T00:00:00Z",
    };
}
