using System.Globalization;
using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Simulator.Content;

/// <summary>Makes a value that fits a JSON schema (also Google's spelling of types), for structured output and tool arguments.</summary>
internal sealed class SchemaSampler(JsonNode? root, ulong seed, string topic)
{
    private const int MaxDepth = 12;

    private readonly SeededRandom _random = new(seed);

    public static JsonNode? Sample(JsonNode? schema, ulong seed, string topic) => new SchemaSampler(schema, seed, topic).Value(schema, "value", 0);

    private JsonNode? Value(JsonNode? schema, string name, int depth)
    {
        if (schema is not JsonObject json || depth > MaxDepth)
        {
            return null;
        }

        if (json["$ref"].AsText() is { } reference)
        {
            return Value(Resolve(reference), name, depth + 1);
        }

        if (json["const"] is { } constant)
        {
            return constant.DeepClone();
        }

        if (json["enum"] is JsonArray { Count: > 0 } allowed)
        {
            return allowed[_random.Next(allowed.Count)]?.DeepClone();
        }

        if ((json["anyOf"] ?? json["oneOf"]) is JsonArray { Count: > 0 } choices)
        {
            return Value(choices[0], name, depth + 1);
        }

        return TypeOf(json) switch
        {
            "object" => Object(json, depth),
            "array" => Array(json, name, depth),
            "integer" => JsonValue.Create((int)Number(json, 1)),
            "number" => JsonValue.Create(Math.Round(Number(json, 0.5), 2)),
            "boolean" => JsonValue.Create(_random.Next(2) == 0),
            "null" => null,
            _ => JsonValue.Create(String(json, name)),
        };
    }

    private JsonObject Object(JsonObject schema, int depth)
    {
        var value = new JsonObject();
        foreach (var part in (schema.List("allOf") ?? []).Prepend(schema))
        {
            foreach (var (name, property) in Follow(part).Object("properties") ?? [])
            {
                value[name] = Value(property, name, depth + 1);
            }
        }

        return value;
    }

    private JsonArray Array(JsonObject schema, string name, int depth)
    {
        var count = Math.Max(schema.Int("minItems") ?? Count(schema["minItems"]) ?? 0, Math.Min(2, schema.Int("maxItems") ?? 2));
        var items = schema["items"] as JsonObject ?? new JsonObject { ["type"] = "string" };
        return Json.Array(Enumerable.Range(0, count).Select(_ => Value(items, name, depth + 1)));
    }

    private double Number(JsonObject schema, double step)
    {
        var low = Bound(schema, "minimum") ?? (Bound(schema, "exclusiveMinimum") + step);
        var high = Bound(schema, "maximum") ?? (Bound(schema, "exclusiveMaximum") - step);
        var from = low ?? Math.Min(1, high ?? 1);
        var to = high ?? (from + 99);
        return step >= 1 ? Math.Ceiling(from) + _random.Next((int)Math.Clamp(to - from, 0, 1000) + 1) : from + ((to - from) * _random.NextDouble());
    }

    private string String(JsonObject schema, string name)
    {
        var text = schema.String("format") switch
        {
            "date-time" => "2026-01-15T09:30:00Z",
            "date" => "2026-01-15",
            "time" => "09:30:00",
            "email" => "someone@example.com",
            "uuid" => "3f2b8c1e-7d54-4a9b-9c61-0e5a2f7d8b10",
            "uri" or "url" => "https://example.com/",
            _ => Named(name),
        };
        if (schema.Int("minLength") is { } least && text.Length < least)
        {
            text = text.PadRight(least, 'x');
        }

        return schema.Int("maxLength") is { } most && text.Length > most ? text[..most] : text;
    }

    private string Named(string name) => name.ToUpperInvariant() switch
    {
        "CITY" or "LOCATION" or "PLACE" => "Paris",
        "COUNTRY" => "France",
        "NAME" => "Ada",
        "UNIT" or "UNITS" => "celsius",
        "VALUE" => topic,
        _ => string.Create(CultureInfo.InvariantCulture, $"{name.Replace('_', ' ')} of {topic}"),
    };

    private static string TypeOf(JsonObject schema)
    {
        var type = schema["type"] is JsonArray several
            ? several.Select(item => item.AsText()).FirstOrDefault(item => !string.Equals(item, "null", StringComparison.OrdinalIgnoreCase))
            : schema.String("type");
        type ??= schema.ContainsKey("properties") || schema.ContainsKey("allOf") ? "object" : schema.ContainsKey("items") ? "array" : "string";
#pragma warning disable CA1308 // JSON schema's own spelling is lower case.
        return type.ToLowerInvariant();
#pragma warning restore CA1308
    }

    private static double? Bound(JsonObject schema, string name) => schema[name] is JsonValue value && value.TryGetValue<double>(out var bound) ? bound : null;

    // Google writes 64-bit numbers as strings.
    private static int? Count(JsonNode? node) => int.TryParse(node.AsText(), CultureInfo.InvariantCulture, out var count) ? count : null;

    private JsonNode? Follow(JsonNode? schema) => schema.String("$ref") is { } reference ? Resolve(reference) : schema;

    private JsonNode? Resolve(string reference) =>
        reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(root, (node, part) => (node as JsonObject)?[Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)]);
}
