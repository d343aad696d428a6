namespace UltraAI.Gateway.Providers.Inspection;

/// <summary>Reads the model out of a query, decoded once.</summary>
internal static class QueryModel
{
    public static void Read(ReadOnlySpan<char> query, string parameter, RequestFacts facts)
    {
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            var name = Decoded(equals < 0 ? pair : pair[..equals]);
            if (!name.SequenceEqual(parameter))
            {
                if (NamesModel(name))
                {
                    facts.Fault = $"the query has a parameter that could be read as a model beside '{parameter}'";
                }

                continue;
            }

            if (facts.Model is not null)
            {
                facts.Fault = $"the query has '{parameter}' more than once";
            }

            facts.Model = ValueOf(equals < 0 ? default : pair[(equals + 1)..], facts);
        }

        if (facts.Fault is not null)
        {
            facts.Model = null;
        }
    }

    /// <summary>Whether a query names a model in any spelling.</summary>
    public static bool NamesModel(ReadOnlySpan<char> parameter) =>
        parameter.Contains("model", StringComparison.OrdinalIgnoreCase) || parameter.Contains("deployment", StringComparison.OrdinalIgnoreCase)
        || parameter.ContainsAny('%', ';');

    /// <summary>A parameter's name as most servers read it: decoded once, a plus as a space.</summary>
    public static ReadOnlySpan<char> Decoded(ReadOnlySpan<char> text) =>
        text.ContainsAny('%', '+') ? Uri.UnescapeDataString(text.ToString().Replace('+', ' ')) : text;

    private static string? ValueOf(ReadOnlySpan<char> raw, RequestFacts facts)
    {
        // Servers differ about a plus, and some take a semicolon for an ampersand.
        var value = raw.Contains('%') ? Uri.UnescapeDataString(raw) : raw;
        if (raw.ContainsAny('+', ';') || value.Contains('%'))
        {
            facts.Fault = "the model in the query can be decoded in more than one way";
        }

        return ModelNames.Shared.Get(value);
    }
}
