using System.Text.Json.Nodes;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Admin;

/// <summary>Reads the properties of one JSON object. Wrong kinds become faults; so do, in the end, properties that nobody asked for.</summary>
/// <param name="tree">The object.</param>
/// <param name="pointer">Where it stands: <c>#</c>, <c>#/limits</c>.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class ObjectReader(JsonObject tree, string pointer, AdminFaults faults)
{
    private readonly List<string> _known = [];

    public string? Text(string name)
    {
        string? text = null;
        return Is(name, "a string", value => value.TryGetValue(out text)) ? text : null;
    }

    public bool? Flag(string name)
    {
        var flag = false;
        return Is(name, "true or false", value => value.TryGetValue(out flag)) ? flag : null;
    }

    public long? Whole(string name)
    {
        var number = 0L;
        return Is(name, "a whole number", value => value.TryGetValue(out number)) ? number : null;
    }

    public int? SmallWhole(string name)
    {
        var number = 0;
        return Is(name, "a whole number below 2147483648", value => value.TryGetValue(out number)) ? number : null;
    }

    public decimal? Money(string name)
    {
        var amount = 0m;
        return Is(name, "a number", value => value.TryGetValue(out amount)) ? amount : null;
    }

    public DateTimeOffset? Time(string name)
    {
        var time = default(DateTimeOffset);
        return Is(name, ZonedTime.Description, value => TryGetTime(value, out time)) ? time : null;
    }

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

    private bool Is(string name, string kind, Func<JsonValue, bool> tryGet)
    {
        if (Find(name) is not { } node)
        {
            return false;
        }

        if (node is JsonValue value && tryGet(value))
        {
            return true;
        }

        Fault(name, $"must be {kind}.");
        return false;
    }

    private static bool TryGetTime(JsonValue value, out DateTimeOffset time)
    {
        time = default;
        return value.TryGetValue(out string? text)
            && ZonedTime.HasZone(text)
            && value.TryGetValue(out time);
    }

    // https://www.rfc-editor.org/rfc/rfc6901#section-6
    private static string Escape(string name) => Uri.EscapeDataString(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
}
