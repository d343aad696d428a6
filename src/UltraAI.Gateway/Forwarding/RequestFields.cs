using Microsoft.Extensions.Primitives;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Copies a client's fields to the request that goes to the provider, raw, and without those that end here.</summary>
/// <remarks>What the request may not hold, such as the virtual key, cookies and the fields named by Connection, has been removed from it before.</remarks>
internal static class RequestFields
{
    public static void Copy(HttpRequest source, HttpRequestMessage target)
    {
        var headers = source.Headers;

        // RFC 9112, 6.3: Transfer-Encoding overrides Content-Length.
        var isChunked = headers.TransferEncoding.Count > 0;
        foreach (var (name, values) in headers)
        {
            // The provider's name comes from the URI. Over HTTP/2 there may be pseudo fields.
            if (name[0] == ':' || HopByHopFields.Contains(name) || name.Equals("Host", StringComparison.OrdinalIgnoreCase)
                || (isChunked && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            if (!HasLineBreak(values))
            {
                Add(target, name, values);
            }
        }

        // The one option of TE that HTTP/2 allows (RFC 9113, 8.2.2).
        if (HttpProtocol.IsHttp2(source.Protocol) && headers.TE.Count > 0
            && headers.GetCommaSeparatedValues("TE").Contains("trailers", StringComparer.OrdinalIgnoreCase))
        {
            target.Headers.TryAddWithoutValidation("TE", "trailers");
        }
    }

    private static void Add(HttpRequestMessage target, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            var value = values.ToString();
            if (!target.Headers.TryAddWithoutValidation(name, value))
            {
                ContentOf(target).Headers.TryAddWithoutValidation(name, value);
            }
        }
        else if (!target.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
        {
            ContentOf(target).Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }

    // A field that describes content can't stand beside none: Content-Length: 0, or a Content-Type on a GET.
    private static HttpContent ContentOf(HttpRequestMessage target) => target.Content ??= new ByteArrayContent([]);

    private static bool HasLineBreak(StringValues values)
    {
        foreach (var value in values)
        {
            if (value.AsSpan().ContainsAny('\r', '\n'))
            {
                return true;
            }
        }

        return false;
    }
}
