using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Admission;

/// <summary>Whether a method and path are within a key's endpoints.</summary>
internal static class EndpointPolicy
{
    // Providers decode once; a proxy of theirs may do it once more. After this many times the path is not to be trusted.
    private const int MaxDecodings = 3;

    /// <param name="allowed">The key's endpoints; null: all but <paramref name="administrative"/>.</param>
    /// <param name="administrative">The provider's administrative endpoints.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="target">The provider's request target, raw.</param>
    public static bool IsAllowed(IReadOnlyList<EndpointPattern>? allowed, IReadOnlyList<EndpointPattern> administrative, string method, string target)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var raw = question < 0 ? target : target[..question];
        if (raw.Length == 0)
        {
            raw = "/";
        }

        return allowed is null ? !IsAdministrative(administrative, method, raw) : IsListed(allowed, method, raw);
    }

    // A list says what is allowed, so whatever could be read in two ways is not.
    private static bool IsListed(IReadOnlyList<EndpointPattern> allowed, string method, string raw)
    {
        var path = Uri.UnescapeDataString(raw);
        if (IsAmbiguous(raw, path))
        {
            return false;
        }

        foreach (var pattern in allowed)
        {
            if (pattern.Matches(method, path))
            {
                return true;
            }
        }

        return false;
    }

    // A list says what is forbidden, so every reading of the path is held against it.
    private static bool IsAdministrative(IReadOnlyList<EndpointPattern> administrative, string method, string raw)
    {
        if (administrative.Count == 0)
        {
            return false;
        }

        var path = raw;
        for (var decoding = 0; ; decoding++)
        {
            foreach (var pattern in administrative)
            {
                if (pattern.Matches(method, path, StringComparison.OrdinalIgnoreCase)
                    || (NeedsNormalizing(path) && pattern.Matches(method, Normalize(path), StringComparison.OrdinalIgnoreCase)))
                {
                    return true;
                }
            }

            if (!path.Contains('%', StringComparison.Ordinal))
            {
                return false;
            }

            var decoded = Uri.UnescapeDataString(path);
            if (decoded == path)
            {
                return false;
            }

            if (decoding == MaxDecodings)
            {
                return true;
            }

            path = decoded;
        }
    }

    private static bool IsAmbiguous(string raw, string path)
    {
        if (raw.Contains("%2f", StringComparison.OrdinalIgnoreCase) || raw.Contains("%25", StringComparison.Ordinal)
            || path.Contains('\\', StringComparison.Ordinal) || path.Contains("//", StringComparison.Ordinal))
        {
            return true;
        }

        return HasDotSegment(path);
    }

    private static bool NeedsNormalizing(string path) =>
        path.Contains("//", StringComparison.Ordinal) || path.Contains('\\', StringComparison.Ordinal)
        || path.Contains(';', StringComparison.Ordinal) || HasDotSegment(path);

    private static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        foreach (var range in path.SplitAny('/', '\\'))
        {
            if (path[range] is "." or "..")
            {
                return true;
            }
        }

        return false;
    }

    // As a lenient server might: empty segments dropped, dot segments resolved, path parameters (;x) cut off.
    private static string Normalize(string path)
    {
        var segments = new List<string>();
        foreach (var part in path.Split('/', '\\'))
        {
            var segment = part.Split(';')[0];
            if (segment == "..")
            {
                if (segments.Count > 0)
                {
                    segments.RemoveAt(segments.Count - 1);
                }
            }
            else if (segment is not ("" or "."))
            {
                segments.Add(segment);
            }
        }

        return "/" + string.Join('/', segments);
    }
}
