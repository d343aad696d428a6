namespace UltraAI.Gateway.Providers.Inspection;

/// <summary>Reads Content-Type, strictly: what two readers could take in two ways is neither JSON nor a form.</summary>
/// <remarks>RFC 9110, section 8.3.1, and for boundaries RFC 2046, section 5.1.1.</remarks>
internal static class MediaType
{
    private const int MaxBoundary = 70;

    private static readonly System.Buffers.SearchValues<char> BoundaryCharacters =
        System.Buffers.SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=?");

    /// <summary><c>application/json</c> or <c>…+json</c>, in UTF-8.</summary>
    /// <remarks>Another charset would give the same bytes another meaning; UTF-7 can hide a whole property.</remarks>
    public static bool IsJson(string? contentType)
    {
        if (contentType is "application/json")
        {
            return true;
        }

        var text = contentType.AsSpan();
        var type = NextParameter(ref text);
        if (type.ContainsAny(", \t\"")
            || (!type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && !(type.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && type.EndsWith("+json", StringComparison.OrdinalIgnoreCase))))
        {
            return false;
        }

        while (!text.IsEmpty)
        {
            if (!IsUtf8(NextParameter(ref text)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary><c>text/plain</c> in UTF-8, as a field of a form may say of itself.</summary>
    public static bool IsPlainText(ReadOnlySpan<char> contentType)
    {
        if (!NextParameter(ref contentType).Equals("text/plain", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return contentType.IsEmpty || IsUtf8(contentType.Trim(' '));
    }

    public static bool IsForm(string? contentType) => TryReadBoundary(contentType, out _);

    /// <summary>The boundary of <c>multipart/form-data</c> with one boundary and nothing else but a charset of UTF-8.</summary>
    public static bool TryReadBoundary(ReadOnlySpan<char> contentType, out ReadOnlySpan<char> boundary)
    {
        boundary = default;
        if (!NextParameter(ref contentType).Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        while (!contentType.IsEmpty)
        {
            var parameter = NextParameter(ref contentType);
            if (parameter.StartsWith("boundary=", StringComparison.OrdinalIgnoreCase) && boundary.IsEmpty)
            {
                boundary = Unquoted(parameter["boundary=".Length..]);
            }
            else if (!IsUtf8(parameter))
            {
                return false;
            }
        }

        return boundary.Length is > 0 and <= MaxBoundary && !boundary.ContainsAnyExcept(BoundaryCharacters);
    }

    // No quoted ';' gets past the checks of the values.
    private static ReadOnlySpan<char> NextParameter(scoped ref ReadOnlySpan<char> text)
    {
        var end = text.IndexOf(';');
        var parameter = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return parameter.Trim(' ');
    }

    private static bool IsUtf8(ReadOnlySpan<char> parameter)
    {
        if (!parameter.StartsWith("charset=", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var charset = Unquoted(parameter["charset=".Length..]);
        return charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase);
    }

    private static ReadOnlySpan<char> Unquoted(ReadOnlySpan<char> value) =>
        value.Length >= 2 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : value;
}
