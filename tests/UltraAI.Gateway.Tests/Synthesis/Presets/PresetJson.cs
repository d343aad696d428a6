using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using UltraAI.Gateway.Synthesis.Presets;

namespace UltraAI.Gateway.Tests.Synthesis.Presets;

internal sealed record GatewaySection
{
    public UltraOptions Ultra { get; set; } = new();

    public IReadOnlyDictionary<string, ModelOptions> Models { get; set; } = new Dictionary<string, ModelOptions>();
}

/// <summary>The options as the configuration reads them: generated code, names in any case, unknown ones refused.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(GatewaySection))]
internal sealed partial class PresetJsonContext : JsonSerializerContext;

internal static class PresetJson
{
    public static GatewaySection Read(string json)
    {
        var tree = JsonNode.Parse(json, new JsonNodeOptions { PropertyNameCaseInsensitive = true })!;
        PresetShorthand.Expand(tree);
        return tree.Deserialize(PresetJsonContext.Default.GatewaySection)!;
    }

    public static PresetOptions ReadPreset(string json) => Read("""{"Ultra":{"Presets":{"ultra":""" + json + "}}}").Ultra.Presets["ultra"];
}
