using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Configuration;

/// <summary>Holds a tree against the option types: unknown names and wrong kinds, each with its path. What is wrong is taken out, so the rest can be read.</summary>
/// <remarks>
/// NOTE: the configuration binder could bind the same types. HOWEVER its errors name no path, lists of two files merge by index,
/// and a ':' in a name (models have it) splits it.
/// </remarks>
internal sealed class OptionsWalker(ConfigurationErrors errors)
{
    public static JsonTypeInfo TypeOf(Type type) =>
        ConfigurationJsonContext.Default.GetTypeInfo(type) ?? throw new InvalidOperationException($"{type} is not part of GatewayOptions.");

    public static JsonPropertyInfo? FindProperty(JsonTypeInfo type, string name)
    {
        foreach (var property in type.Properties)
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return property;
            }
        }

        return null;
    }

    /// <summary>Kinds that JSON writes as a string.</summary>
    public static bool IsText(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) || type == typeof(TimeSpan) || type == typeof(DateTimeOffset) || type.IsEnum;
    }

    /// <returns>False if the node is of the wrong kind as a whole.</returns>
    public bool Walk(JsonNode node, Type type, string path)
    {
        var info = TypeOf(type);
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Object:
                return Walk<JsonObject>(node, path, "an object", tree => WalkObject(tree, info, path));
            case JsonTypeInfoKind.Dictionary:
                return Walk<JsonObject>(node, path, "an object", tree => WalkEntries(tree, info.ElementType!, path));
            case JsonTypeInfoKind.Enumerable:
                return Walk<JsonArray>(node, path, "a list", list => WalkItems(list, info.ElementType!, path));
            default:
                return WalkValue(node, info, path);
        }
    }

    private bool Walk<T>(JsonNode node, string path, string kind, Action<T> walk)
        where T : JsonNode
    {
        if (node is T tree)
        {
            walk(tree);
            return true;
        }

        errors.AddWhole(path, $"must be {kind}.");
        return false;
    }

    private void WalkObject(JsonObject tree, JsonTypeInfo type, string path)
    {
        foreach (var (name, value) in tree.ToArray())
        {
            var inner = $"{path}:{name}";
            if (FindProperty(type, name) is not { } property)
            {
                errors.Add(inner, $"unknown property; known are {string.Join(", ", type.Properties.Select(known => known.Name).Order(StringComparer.Ordinal))}.");
                tree.Remove(name);
            }
            else if (value is null || !Walk(value, property.PropertyType, inner))
            {
                // null is as good as not there.
                tree.Remove(name);
            }
        }
    }

    private void WalkEntries(JsonObject tree, Type type, string path)
    {
        foreach (var (name, value) in tree.ToArray())
        {
            // An entry of null in a later file takes the earlier one away.
            if (value is null || !Walk(value, type, $"{path}:{name}"))
            {
                tree.Remove(name);
            }
        }
    }

    private void WalkItems(JsonArray list, Type type, string path)
    {
        for (var i = 0; i < list.Count; i++)
        {
            var inner = $"{path}:{i}";
            if (list[i] is null)
            {
                errors.AddWhole(inner, "must not be null.");
            }
            else if (Walk(list[i]!, type, inner))
            {
                continue;
            }

            // Taken out, it would move the others: an empty one stands there instead.
            list[i] = type == typeof(string) ? JsonValue.Create("") : JsonFile.NewObject();
        }
    }

    private bool WalkValue(JsonNode node, JsonTypeInfo type, string path)
    {
        try
        {
            // Enums have names, and times a zone; the serializer would take numbers, and this machine's zone.
            var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
            if (!IsName(node, plain) || (plain == typeof(DateTimeOffset) && !ZonedTime.HasZone(node.GetValue<string>())))
            {
                errors.Add(path, $"must be {Describe(type.Type)}.");
                return false;
            }

            node.Deserialize(type);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            errors.Add(path, $"must be {Describe(type.Type)}.");
            return false;
        }
    }

    private static bool IsName(JsonNode node, Type type) =>
        !type.IsEnum || (node.GetValueKind() == JsonValueKind.String && Enum.GetNames(type).Contains(node.GetValue<string>(), StringComparer.OrdinalIgnoreCase));

    private static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) ? "a string"
            : type == typeof(bool) ? "true or false"
            : type == typeof(TimeSpan) ? "a time span such as \"00:00:45\""
            : type == typeof(DateTimeOffset) ? ZonedTime.Description
            : type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type))
            : type == typeof(decimal) || type == typeof(double) ? "a number"
            : "a whole number";
    }
}
