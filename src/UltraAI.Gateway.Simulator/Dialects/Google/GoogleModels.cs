using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Google;

/// <summary>GET models and one of them.</summary>
internal static class GoogleModels
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "gemini-3-pro-preview", "gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-flash-image", "gemini-2.0-flash",
        "gemini-live-2.5-flash-preview", "gemini-embedding-001", "imagen-4.0-generate-001",
    ];

    public static Task ListAsync(SimulatedCall call) => call.Answer.JsonAsync(new JsonObject { ["models"] = Json.Array(Names.Select(Model)) });

    public static Task GetAsync(SimulatedCall call) => call.Answer.JsonAsync(Model(call.RouteValues["model"]));

    private static JsonObject Model(string name) => new()
    {
        ["name"] = "models/" + name,
        ["version"] = "001",
        ["displayName"] = string.Join(' ', name.Split('-').Select(part => char.ToUpperInvariant(part[0]) + part[1..])),
        ["description"] = "A simulated model.",
        ["inputTokenLimit"] = 1_048_576,
        ["outputTokenLimit"] = 65_536,
        ["supportedGenerationMethods"] = name.Contains("embedding", StringComparison.Ordinal)
            ? Json.Array(JsonValue.Create("embedContent"), JsonValue.Create("countTokens"))
            : Json.Array(JsonValue.Create("generateContent"), JsonValue.Create("countTokens"), JsonValue.Create("createCachedContent"), JsonValue.Create("batchGenerateContent")),
        ["temperature"] = 1,
        ["topP"] = 0.95,
        ["topK"] = 64,
        ["maxTemperature"] = 2,
    };
}
