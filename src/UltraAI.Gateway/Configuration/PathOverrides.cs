using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace UltraAI.Gateway.Configuration;

/// <summary>Sets single values by path: from the environment (<c>Gateway__Drain__Delay</c>) and the command line (<c>--Gateway:Drain:Delay=…</c>).</summary>
internal static class PathOverrides
{
    private const string Section = "Gateway";

    /// <summary>Whether a name, split into segments, belongs to the gateway's section.</summary>
    public static bool IsOurs(string[] segments) => segments.Length > 1 && segments[0].Equals(Section, StringComparison.OrdinalIgnoreCase);

    /// <param name="root">The whole tree.</param>
    /// <param name="segments">The path, beginning with <c>Gateway</c>.</param>
    /// <param name="value">The value as text; empty: not set, so nothing changes.</param>
    /// <param name="errors">Where faults go.</param>
    public static void Set(JsonObject root, string[] segments, string value, ConfigurationErrors errors)
    {
        if (value.Length == 0)
        {
            return;
        }

        if (root[Section] is not JsonObject section)
        {
            root[Section] = section = JsonFile.NewObject();
        }

        Set(section, ConfigurationJsonContext.Default.GatewayOptions, segments.AsSpan(1), Section, value, errors);
    }

    private static void Set(JsonNode container, JsonTypeInfo? type, ReadOnlySpan<string> segments, string path, string value, ConfigurationErrors errors)
    {
        var segment = segments[0];
        var inner = InnerType(type, segment);
        path = $"{path}:{segment}";

        if (container is JsonArray array)
        {
            if (!int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index > array.Count)
            {
                errors.Add(path, $"must be the number of an item: 0 to {array.Count}.");
                return;
            }

            if (index == array.Count)
            {
                array.Add((JsonNode?)null);
            }

            if (Next(array[index], inner, segments, path, value, errors) is { } item)
            {
                array[index] = item;
            }

            return;
        }

        var owner = (JsonObject)container;
        if (Next(owner[segment], inner, segments, path, value, errors) is { } node)
        {
            owner[segment] = node;
        }
    }

    /// <returns>The node to put in place; null if the existing one was changed itself.</returns>
    private static JsonNode? Next(JsonNode? existing, JsonTypeInfo? type, ReadOnlySpan<string> segments, string path, string value, ConfigurationErrors errors)
    {
        if (segments.Length == 1)
        {
            return Parse(value, type);
        }

        if (existing is JsonObject or JsonArray)
        {
            Set(existing, type, segments[1..], path, value, errors);
            return null;
        }

        JsonNode created = type?.Kind == JsonTypeInfoKind.Enumerable ? new JsonArray() : JsonFile.NewObject();
        Set(created, type, segments[1..], path, value, errors);
        return created;
    }

    // Text is text; for any other kind the value is written as in JSON. What does not fit is left for the walk to report.
    private static JsonNode? Parse(string value, JsonTypeInfo? type)
    {
        if (type is not null && !OptionsWalker.IsText(type.Type))
        {
            try
            {
                return JsonNode.Parse(value, new JsonNodeOptions { PropertyNameCaseInsensitive = true });
            }
            catch (JsonException)
            {
                // "True" and "False" are what .NET prints.
                return bool.TryParse(value, out var flag) ? JsonValue.Create(flag) : JsonValue.Create(value);
            }
        }

        return JsonValue.Create(value);
    }

    private static JsonTypeInfo? InnerType(JsonTypeInfo? type, string segment) => type?.Kind switch
    {
        JsonTypeInfoKind.Object => OptionsWalker.FindProperty(type, segment) is { } property ? OptionsWalker.TypeOf(property.PropertyType) : null,
        JsonTypeInfoKind.Dictionary or JsonTypeInfoKind.Enumerable => OptionsWalker.TypeOf(type.ElementType!),
        _ => null,
    };
}
