using System.Collections.Frozen;

namespace UltraAI.Gateway.Providers;

/// <summary>The listed endpoints of a kind: <c>METHOD /path</c>, with the wildcards of <see cref="EndpointPattern"/>.</summary>
/// <remarks>
/// A path without wildcards is found by one look-up; no look-up allocates. Servers that don't look at the case, or at a slash at the end, must not
/// find another endpoint than we did: such a spelling of a listed path is unlisted, and a wildcard is never empty.
/// </remarks>
internal sealed class EndpointTable
{
    private readonly FrozenDictionary<string, Row[]>.AlternateLookup<ReadOnlySpan<char>> _exact;
    private readonly (EndpointPattern Pattern, ProviderEndpoint Endpoint)[] _patterns;

    public EndpointTable(params (string Pattern, ProviderEndpoint Endpoint)[] rows)
    {
        _exact = rows.Where(row => !IsPattern(row.Pattern))
            .Select(Row.Parse)
            .GroupBy(row => row.Path)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        _patterns = [.. rows.Where(row => IsPattern(row.Pattern)).Select(row => (EndpointPattern.Parse(row.Pattern), row.Endpoint))];
    }

    /// <returns><see cref="ProviderEndpoint.Unlisted"/> if it is not listed.</returns>
    public ProviderEndpoint Find(string method, ReadOnlySpan<char> path)
    {
        if (_exact.TryGetValue(path, out var rows))
        {
            foreach (var row in rows)
            {
                if (!path.SequenceEqual(row.Path))
                {
                    return ProviderEndpoint.Unlisted;
                }

                if (row.Method == method)
                {
                    return row.Endpoint;
                }
            }
        }

        if (path.IsEmpty || path[^1] == '/' || path.Contains("//", StringComparison.Ordinal))
        {
            return ProviderEndpoint.Unlisted;
        }

        foreach (var (pattern, endpoint) in _patterns)
        {
            if (pattern.Matches(method, path))
            {
                return endpoint;
            }
        }

        return ProviderEndpoint.Unlisted;
    }

    private static bool IsPattern(string text) => text.Contains('*', StringComparison.Ordinal);

    private readonly record struct Row(string Method, string Path, ProviderEndpoint Endpoint)
    {
        public static Row Parse((string Pattern, ProviderEndpoint Endpoint) row)
        {
            var space = row.Pattern.IndexOf(' ', StringComparison.Ordinal);
            return new Row(row.Pattern[..space], row.Pattern[(space + 1)..], row.Endpoint);
        }
    }
}
