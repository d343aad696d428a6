using System.Text;

namespace UltraAI.Gateway.Synthesis.Prompts;

/// <summary>A text with named places, <c>{{name}}</c>. The code says which; a text that does not have exactly these is refused when it is read.</summary>
/// <remarks>Filling is one pass: what stands in a value is never taken for a place.</remarks>
internal sealed class PromptTemplate
{
    private const string Open = "{{";
    private const string Close = "}}";

    private readonly string _name;

    // Literal text and the names of places, by turns.
    private readonly string[] _parts;

    /// <param name="name">The template's name, for messages.</param>
    /// <param name="text">The text.</param>
    /// <param name="places">The names that the code fills.</param>
    /// <exception cref="InvalidOperationException">The text has other places than these, or a broken one.</exception>
    public PromptTemplate(string name, string text, params string[] places)
    {
        _name = name;
        _parts = Split(name, text);
        var found = Names(_parts).ToHashSet(StringComparer.Ordinal);
        if (found.Except(places).FirstOrDefault() is { } unknown)
        {
            throw new InvalidOperationException($"Prompt '{name}': nothing fills the place '{unknown}'.");
        }

        if (places.Except(found).FirstOrDefault() is { } absent)
        {
            throw new InvalidOperationException($"Prompt '{name}': the text has no place '{absent}'.");
        }
    }

    /// <exception cref="InvalidOperationException">A place has no value, or a value no place.</exception>
    public string Fill(params (string Place, string Value)[] values)
    {
        var filled = new StringBuilder();
        for (var i = 0; i < _parts.Length; i++)
        {
            filled.Append(i % 2 == 0 ? _parts[i] : ValueOf(_parts[i], values));
        }

        if (values.FirstOrDefault(value => !Names(_parts).Contains(value.Place)).Place is { } absent)
        {
            throw new InvalidOperationException($"Prompt '{_name}': the text has no place '{absent}'.");
        }

        return filled.ToString();
    }

    private string ValueOf(string place, (string Place, string Value)[] values)
    {
        foreach (var value in values)
        {
            if (value.Place == place)
            {
                return value.Value;
            }
        }

        throw new InvalidOperationException($"Prompt '{_name}': the place '{place}' is not filled.");
    }

    private static string[] Split(string name, string text)
    {
        var parts = new List<string>();
        var rest = text;
        while (rest.IndexOf(Open, StringComparison.Ordinal) is var start and >= 0)
        {
            var end = rest.IndexOf(Close, start, StringComparison.Ordinal);
            var place = end < 0 ? "" : rest[(start + Open.Length)..end];
            if (place.Length == 0 || place.Any(c => !char.IsAsciiLetterLower(c) && c != '_'))
            {
                throw new InvalidOperationException($"Prompt '{name}': '{{{{{place}' is not a place; its name has a-z and '_', and '}}}}' ends it.");
            }

            parts.Add(rest[..start]);
            parts.Add(place);
            rest = rest[(end + Close.Length)..];
        }

        parts.Add(rest);
        return [.. parts];
    }

    private static IEnumerable<string> Names(string[] parts) => parts.Where((_, i) => i % 2 == 1);
}
