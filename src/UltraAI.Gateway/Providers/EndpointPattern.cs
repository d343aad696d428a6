namespace UltraAI.Gateway.Providers;

/// <summary><c>METHOD path-glob</c> on a provider's path: <c>*</c> stands for anything within a segment, <c>**</c> for any number of segments.</summary>
internal sealed class EndpointPattern
{
    private readonly string? _method;
    private readonly string[] _segments;

    private EndpointPattern(string? method, string[] segments)
    {
        _method = method;
        _segments = segments;
    }

    public static EndpointPattern Parse(string text) =>
        TryParse(text, out var pattern, out var error) ? pattern : throw new FormatException(error);

    /// <summary>Reads a pattern such as <c>POST /v1/chat/completions</c> or <c>* /v1/files/**</c>.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out EndpointPattern? pattern, out string error)
    {
        pattern = null;
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space <= 0)
        {
            error = $"'{text}' is not 'METHOD /path' ('*' stands for every method).";
            return false;
        }

        var method = text[..space];
        var path = text[(space + 1)..].Trim();
        if (!path.StartsWith('/'))
        {
            error = $"The path in '{text}' must begin with '/'.";
            return false;
        }

        if (path.Contains('?', StringComparison.Ordinal) || path.Contains('#', StringComparison.Ordinal))
        {
            error = $"The path in '{text}' has a query; patterns look at the path only.";
            return false;
        }

        if (method != "*" && !method.All(char.IsAsciiLetterUpper))
        {
            error = $"The method in '{text}' must be in capitals, or '*'.";
            return false;
        }

        var segments = path[1..].Split('/');
        if (segments.Any(segment => segment.Contains("**", StringComparison.Ordinal) && segment != "**"))
        {
            error = $"In '{text}', '**' must be a whole segment.";
            return false;
        }

        if (segments.Count(segment => segment == "**") > 2)
        {
            // Nobody needs more: it is a mistake rather.
            error = $"'{text}' has more than two '**'.";
            return false;
        }

        error = "";
        pattern = new EndpointPattern(method == "*" ? null : method, segments);
        return true;
    }

    /// <param name="method">The request's method.</param>
    /// <param name="path">The provider's path, decoded once, with its leading slash.</param>
    /// <param name="comparison">How segments are compared.</param>
    public bool Matches(string method, ReadOnlySpan<char> path, StringComparison comparison = StringComparison.Ordinal) =>
        (_method is null || string.Equals(_method, method, StringComparison.Ordinal))
        && path.Length > 0 && path[0] == '/'
        && MatchesSegments(_segments, path[1..], comparison);

    // Goes back to the last '**' only, as Glob does for '*': a path may have tens of thousands of segments.
    private static bool MatchesSegments(ReadOnlySpan<string> pattern, ReadOnlySpan<char> path, StringComparison comparison)
    {
        int p = 0, at = 0, stars = -1, resume = 0;
        while (at <= path.Length)
        {
            if (p < pattern.Length && pattern[p] == "**")
            {
                stars = p++;
                resume = at;
                if (p == pattern.Length)
                {
                    return true;
                }
            }
            else if (p < pattern.Length && Glob.Matches(pattern[p], path[at..EndOf(path, at)], comparison))
            {
                p++;
                at = EndOf(path, at) + 1;
            }
            else if (stars >= 0)
            {
                p = stars + 1;
                at = resume = EndOf(path, resume) + 1;
            }
            else
            {
                return false;
            }
        }

        // '**' may stand for no segment.
        return p == pattern.Length || (p == pattern.Length - 1 && pattern[p] == "**");
    }

    private static int EndOf(ReadOnlySpan<char> path, int segment) => path[segment..].IndexOf('/') is var length and >= 0 ? segment + length : path.Length;
}
