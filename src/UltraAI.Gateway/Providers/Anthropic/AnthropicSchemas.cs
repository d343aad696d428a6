using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Anthropic;

/// <summary>Which JSON schemas Anthropic can hold an answer to; it refuses a request with any other.</summary>
/// <remarks>https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations</remarks>
internal static class AnthropicSchemas
{
    private static readonly string[] Unsupported =
    [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems",
        "minProperties", "maxProperties", "patternProperties", "oneOf", "not", "if", "dependentSchemas",
    ];

    public static bool Accepts(string schema)
    {
        using var document = JsonDocument.Parse(schema);
        return Accepts(document.RootElement);
    }

    private static bool Accepts(JsonElement schema)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.Array:
                return schema.EnumerateArray().All(Accepts);
            case JsonValueKind.Object:
                var isObject = schema.Get("properties"u8).IsObject() || schema.Text("type"u8) == "object";
                return !(isObject && schema.Get("additionalProperties"u8).ValueKind != JsonValueKind.False)
                    && schema.EnumerateObject().All(property => IsSupported(property) && AcceptsValue(property));
            default:
                return true;
        }
    }

    // The names under "properties" and "$defs" are the schema's own; so are values under "enum", "const" and the like.
    private static bool AcceptsValue(JsonProperty property) => property.Name switch
    {
        "properties" or "$defs" or "definitions" => property.Value.IsObject() && property.Value.EnumerateObject().All(named => Accepts(named.Value)),
        "enum" or "const" or "default" or "examples" or "required" => true,
        _ => Accepts(property.Value),
    };

    // A reference may be to the schema itself, which is not supported either.
    private static bool IsSupported(JsonProperty property) =>
        !Unsupported.Contains(property.Name)
        && !(property.NameEquals("$ref"u8) && property.Value.AsText() == "#");
}
