using System.Text.Json;
using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Admin;

/// <summary>Reads the properties of one JSON object. Wrong kinds become faults; so do, in the end, properties that nobody asked for.</summary>
/// <param name="tree">The object.</param>
/// <param name="pointer">Where it stands: <c>#</c>, <c>#/limits</c>.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class ObjectReader(JsonObject tree, string pointer, AdminFaults faults)
{
    private readonly List<string> _known = [];

    public bool? Flag(string name) => Value(name, "true or false", (JsonValue value, out bool result) => value.TryGetValue(out result));

    public string? Text(string name) => Value(name, "a string", (JsonValue value, out string? result) => value.TryGetValue(out result), null);

    public long? Whole(string name) => Value(name, "a whole number", (JsonValue value, out long result) => value.TryGetValue(out result));

    public int? SmallWhole(string name) => Value(name, "a whole number below 2^31", (JsonValue value, out int result) => value.TryGetValue(out result));

    public decimal? Money(string name) => Value(name, "a number", (JsonValue value, out decimal result) => value.TryGetValue(out result));

    public DateTimeOffset? Time(string name) => Value(name, "a time with its zone, such as \"2027-01-01T00:00:00Z\"", TryGetTime);

    /// <returns>The strings of a list; null if the property is not there.</returns>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (Find(name) is not { } node)
        {
            return null;
        }

        if (node is not JsonArray list)
        {
            Fault(name, "must be a list of strings.");
            return null;
        }

        var texts = new List<string>(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is JsonValue value && value.TryGetValue(out string? text))
            {
                texts.Add(text);
            }
            else
            {
                texts.Add("");
                Fault($"{name}/{i}", "must be a string.");
            }
        }

        return texts;
    }

    /// <returns>A reader of the object in a property; null if the property is not there.</returns>
    public ObjectReader? Object(string name)
    {
        if (Find(name) is not { } node)
        {
            return null;
        }

        if (node is JsonObject inner)
        {
            return new ObjectReader(inner, $"{pointer}/{name}", faults);
        }

        Fault(name, "must be an object.");
        return null;
    }

    /// <summary>Names what answers show and requests can't set.</summary>
    public void RefuseReadOnly(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (tree.ContainsKey(name))
            {
                Fault(name, "is read-only; leave it out.");
            }
        }
    }

    /// <summary>Called last: whatever was not asked for is unknown.</summary>
    public void RefuseOthers()
    {
        foreach (var (name, _) in tree)
        {
            if (!_known.Contains(name))
            {
                Fault(Escape(name), $"unknown property; known are {string.Join(", ", _known)}.");
            }
        }
    }

    public void Fault(string name, string detail) => faults.Add(new AdminFault($"{pointer}/{name}", detail));

    private JsonNode? Find(string name)
    {
        _known.Add(name);
        return tree[name]; // null is as good as not there
    }

    private T? Value<T>(string name, string kind, TryGet<T> tryGet)
        where T : struct
    {
        if (Find(name) is not { } node)
        {
            return null;
        }

        if (node is JsonValue value && tryGet(value, out var result))
        {
            return result;
        }

        Fault(name, $"must be {kind}.");
        return null;
    }

    private T? Value<T>(string name, string kind, TryGet<T?> tryGet, T? missing)
        where T : class
    {
        if (Find(name) is not { } node)
        {
            return missing;
        }

        if (node is JsonValue value && tryGet(value, out var result))
        {
            return result;
        }

        Fault(name, $"must be {kind}.");
        return missing;
    }

    // Without a zone the time would be taken in this machine's.
    private static bool TryGetTime(JsonValue value, out DateTimeOffset time)
    {
        time = default;
        return value.TryGetValue(out string? text)
            && text.Length > 10
            && (text[^1] == 'Z' || text.AsSpan(10).ContainsAny('+', '-'))
            && value.TryGetValue(out time);
    }

    // https://www.rfc-editor.org/rfc/rfc6901#section-6
    private static string Escape(string name) => Uri.EscapeDataString(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));

    private delegate bool TryGet<T>(JsonValue value, out T result);
}
