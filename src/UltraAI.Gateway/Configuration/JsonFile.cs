using System.Text.Json;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Configuration;

/// <summary>Reads one JSON file (comments and trailing commas allowed) and merges trees of several.</summary>
internal static class JsonFile
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    // ASP.NET Core's own sections may stand beside ours.
    private static readonly string[] KnownSections = ["Gateway", "Kestrel", "Logging", "AllowedHosts", "Urls", "Http_Ports", "Https_Ports", "$schema"];

    /// <returns>The file's tree; empty, with errors added, if it could not be read.</returns>
    public static JsonObject Read(string file, WatchedFiles files, ConfigurationErrors errors)
    {
        try
        {
            using var document = JsonDocument.Parse(WithoutByteOrderMark(files.Read(file)), Lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                errors.Add(file, "must be a JSON object.");
                return NewObject();
            }

            var tree = (JsonObject)Copy(document.RootElement, "", errors)!;
            foreach (var (name, _) in tree)
            {
                if (!KnownSections.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    errors.Add(name, $"unknown section in {file}; known are {string.Join(", ", KnownSections[..3])} and ASP.NET Core's addresses.");
                }
            }

            return tree;
        }
        catch (JsonException exception)
        {
            errors.Add(file, $"is not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.Add(file, exception is FileNotFoundException or DirectoryNotFoundException ? "this file is not there." : $"can't be read: {exception.Message}");
        }

        return NewObject();
    }

    /// <summary>Puts <paramref name="later"/> over <paramref name="earlier"/>: objects by property, all else whole.</summary>
    public static void Merge(JsonObject earlier, JsonObject later)
    {
        foreach (var (name, value) in later)
        {
            if (value is JsonObject inner && earlier[name] is JsonObject existing)
            {
                Merge(existing, inner);
            }
            else
            {
                earlier[name] = value?.DeepClone();
            }
        }
    }

    public static JsonObject NewObject() => new(new JsonNodeOptions { PropertyNameCaseInsensitive = true });

    private static ReadOnlyMemory<byte> WithoutByteOrderMark(byte[] content) =>
        content.AsSpan().StartsWith("\uFEFF"u8) ? content.AsMemory(3) : content;

    private static JsonNode? Copy(JsonElement element, string path, ConfigurationErrors errors)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var copy = NewObject();
                foreach (var property in element.EnumerateObject())
                {
                    var inner = path.Length == 0 ? property.Name : path + ":" + property.Name;
                    if (copy.ContainsKey(property.Name))
                    {
                        errors.Add(inner, "stands there twice.");
                    }
                    else
                    {
                        copy.Add(property.Name, Copy(property.Value, inner, errors));
                    }
                }

                return copy;

            case JsonValueKind.Array:
                var array = new JsonArray();
                foreach (var item in element.EnumerateArray())
                {
                    array.Add(Copy(item, $"{path}:{array.Count}", errors));
                }

                return array;

            case JsonValueKind.Null:
                return null;

            default:
                return JsonValue.Create(element.Clone());
        }
    }
}
