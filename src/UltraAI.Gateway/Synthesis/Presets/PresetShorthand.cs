using System.Text.Json;
using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Synthesis.Presets;

/// <summary>Writes members and leads that are given as a string out as the objects that they stand for, before the configuration is read.</summary>
/// <remarks>
/// NOTE: a JSON converter on the option types would do as well. HOWEVER it would hide their properties from whoever checks names and kinds by the types,
/// and a fault within the object would have no path.
/// </remarks>
internal static class PresetShorthand
{
    private static readonly JsonNodeOptions CaseInsensitive = new() { PropertyNameCaseInsensitive = true };

    /// <param name="gateway">The section <c>Gateway</c>, changed in place. What is of the wrong kind is left as it is, for the check of kinds to report.</param>
    public static void Expand(JsonNode gateway)
    {
        if (Child(Child(gateway, "Ultra"), "Presets") is not JsonObject presets)
        {
            return;
        }

        foreach (var (_, preset) in presets)
        {
            if (Child(preset, "Members") is JsonArray members)
            {
                for (var i = 0; i < members.Count; i++)
                {
                    if (IsString(members[i]))
                    {
                        members[i] = new JsonObject(CaseInsensitive) { ["Model"] = members[i]!.DeepClone() };
                    }
                }
            }

            if (Child(preset, "Lead") is { } lead && IsString(lead))
            {
                preset!["Lead"] = new JsonObject(CaseInsensitive) { ["Models"] = new JsonArray(lead.DeepClone()) };
            }
        }
    }

    private static JsonNode? Child(JsonNode? node, string name) => node is JsonObject tree ? tree[name] : null;

    private static bool IsString(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String;
}
