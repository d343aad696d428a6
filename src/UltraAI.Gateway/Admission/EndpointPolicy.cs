using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Admission;

/// <summary>Whether a method and path are within a key's endpoints.</summary>
internal static class EndpointPolicy
{
    private static readonly System.Buffers.SearchValues<char> Ambiguous = System.Buffers.SearchValues.Create("\\;?#");

    // Providers decode once; a proxy of theirs may do it once more. After this many times the path is not to be trusted.
    private const int MaxDecodings = 3;

    /// <param name="allowed">The key's endpoints; null: all but <paramref name="administrative"/>.</param>
    /// <param name="administrative">The provider's administrative endpoints.</param>
    /// <param name="basePath">The path of the provider's base URL, which the target is put behind; empty if it has none.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="target">The provider's request target, raw.</param>
    public static bool IsAllowed(
        IReadOnlyList<EndpointPattern>? allowed, IReadOnlyList<EndpointPattern> administrative, string basePath, string method, string target)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var raw = question < 0 ? target : target[..question];
        if (raw.Length == 0)
        {
            raw = "/";
        }

        if (basePath.Length > 0 && MayLeave(raw))
        {
            return false;
        }

        return allowed is null ? !IsAdministrative(administrative, basePath, method, raw) : IsListed(allowed, method, raw);
    }

    // With a base URL that has a path, dot segments in any spelling could lead out of it.
    private static bool MayLeave(string raw)
    {
        var path = raw;
        for (var decoding = 0; decoding <= MaxDecodings; decoding++)
        {
            if (HasDotSegment(path))
            {
                return true;
            }

            path = Uri.UnescapeDataString(path);
        }

        return false;
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

    // A proxy's path may stand before the provider's in the base URL's: so the target is read behind all of that, behind less of it, and alone.
    private static bool IsAdministrative(IReadOnlyList<EndpointPattern> administrative, string basePath, string method, string raw)
    {
        while (!IsAdministrative(administrative, method, basePath + raw))
        {
            if (basePath.Length == 0)
            {
                return false;
            }

            basePath = basePath.IndexOf('/', 1) is var slash and > 0 ? basePath[slash..] : "";
        }

        return true;
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
            var normalized = NeedsNormalizing(path) ? Normalize(path) : null;
            foreach (var pattern in administrative)
            {
                if (pattern.Matches(method, path, StringComparison.OrdinalIgnoreCase)
                    || (normalized is not null && pattern.Matches(method, normalized, StringComparison.OrdinalIgnoreCase)))
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
        // Encoded separators, double encoding, path parameters, and what some servers end a path at.
        if (raw.Contains("%2f", StringComparison.OrdinalIgnoreCase) || raw.Contains("%25", StringComparison.Ordinal)
            || path.AsSpan().ContainsAny(Ambiguous) || path.AsSpan().ContainsAnyInRange('\0', ' ')
            || path.Contains("//", StringComparison.Ordinal))
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
            var segment = path[range];
            if (segment.IndexOf(';') is var parameters and >= 0)
            {
                segment = segment[..parameters];
            }

            if (segment is "." or "..")
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
