using System.Buffers;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Inspection;

namespace UltraAI.Gateway.Admission;

/// <summary>Finds what could make a provider read another method, path or model than the gateway read.</summary>
internal static class RequestShape
{
    // One pass for all of them: this is asked of every field of every request of a key with Models.
    private static readonly SearchValues<string> Overrides =
        SearchValues.Create(["model", "deployment", "override", "http-method"], StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> MethodOverrides =
        SearchValues.Create(["http-method", "method-override"], StringComparison.OrdinalIgnoreCase);

    private const string OriginalUrl = "X-Original-URL";
    private const string RewriteUrl = "X-Rewrite-URL";

    // Fields with "model" in their name that pick no model.
    private static readonly string[] HarmlessFields = ["x-wait-for-model", "x-load-model"];

    /// <summary>Whether a field is one by which servers take another method, path or model.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>What it can do, for a message; null if it is none of them.</returns>
    /// <remarks>
    /// https://cloud.google.com/apis/docs/system-parameters (<c>X-HTTP-Method-Override</c>, <c>$httpHeaders</c>),
    /// <c>X-Original-URL</c> and <c>X-Rewrite-URL</c> of IIS and Symfony, <c>azureml-model-deployment</c>, <c>x-ms-oai-image-generation-deployment</c>,
    /// <c>x-ms-model-mesh-model-name</c> of Azure.
    /// </remarks>
    public static string? OverrideIn(string name) =>
        !IsUsual(name) && IsOverride(name) && !Harmless(name) ? $"the field '{name}' can set another method, path or model" : null;

    /// <summary>Whether a field is one by which servers, Google's front ends among them, take another method.</summary>
    public static bool SetsMethod(string name) => !IsUsual(name) && (name.AsSpan().ContainsAny(MethodOverrides) || IsMethodField(name));

    /// <summary>Whether there is a field by which servers take another path.</summary>
    public static bool HasPathField(IHeaderDictionary headers) => headers.ContainsKey(OriginalUrl) || headers.ContainsKey(RewriteUrl);

    /// <summary>Whether a query has a parameter by which servers take another method or further fields.</summary>
    /// <returns>What it can do, for a message; null if there is none.</returns>
    public static string? OverrideInQuery(ReadOnlySpan<char> query)
    {
        foreach (var range in query.SplitAny('&', ';'))
        {
            var pair = query[range];
            var name = QueryModel.Decoded(pair.IndexOf('=') is var end and >= 0 ? pair[..end] : pair);
            if (IsMethodParameter(name))
            {
                return "a query parameter can set another method or further fields";
            }
        }

        return null;
    }

    /// <summary>Whether a query parameter beside the endpoint's own could be read as the model.</summary>
    public static bool NamesModel(ReadOnlySpan<char> query)
    {
        foreach (var range in query.SplitAny('&', ';'))
        {
            var pair = query[range];
            if (QueryModel.NamesModel(QueryModel.Decoded(pair.IndexOf('=') is var end and >= 0 ? pair[..end] : pair)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a path has dot segments, encoded or not.</summary>
    public static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        foreach (var range in path.SplitAny('/', '\\'))
        {
            var segment = path[range];
            if (segment.Contains('%'))
            {
                segment = PercentEncoding.DecodeUnreserved(segment);
            }

            if (segment is "." or "..")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What in a path servers read in different ways.</summary>
    /// <param name="path">The path, raw.</param>
    /// <param name="allowsEncodedSlash">Whether <c>%2F</c> may stand in it: in the model of an endpoint that has it in its path.</param>
    /// <returns>What it is, for a message; null if there is nothing.</returns>
    public static string? AmbiguityIn(ReadOnlySpan<char> path, bool allowsEncodedSlash)
    {
        if (path.ContainsAny("\\;#"))
        {
            return "a backslash, semicolon or number sign";
        }

        if (path.Contains("//", StringComparison.Ordinal))
        {
            return "two slashes in a row";
        }

        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '%')
            {
                continue;
            }

            if (!PercentEncoding.TryDecode(path, i, out var value))
            {
                return "a percent sign that encodes nothing";
            }

            if (value is < 0x21 or >= 0x7F or (byte)'%' or (byte)'\\' or (byte)';' or (byte)'#' or (byte)'?' || (value == '/' && !allowsEncodedSlash))
            {
                return "an encoded separator, percent sign, control character or letter outside of ASCII";
            }
        }

        return null;
    }

    // What nearly every request has, in Kestrel's spelling and in the two of the providers' SDKs: found by length and one comparison.
    private static bool IsUsual(string name) => name
        is "Host" or "Accept" or "Connection" or "User-Agent" or "Content-Type" or "Content-Length" or "Accept-Encoding" or "Accept-Language"
        or "Transfer-Encoding" or "traceparent" or "anthropic-version"
        or "X-Stainless-Lang" or "X-Stainless-Package-Version" or "X-Stainless-OS" or "X-Stainless-Arch" or "X-Stainless-Runtime"
        or "X-Stainless-Runtime-Version" or "X-Stainless-Async" or "X-Stainless-Retry-Count" or "X-Stainless-Timeout" or "X-Stainless-Read-Timeout"
        or "x-stainless-lang" or "x-stainless-package-version" or "x-stainless-os" or "x-stainless-arch" or "x-stainless-runtime"
        or "x-stainless-runtime-version" or "x-stainless-async" or "x-stainless-retry-count" or "x-stainless-timeout" or "x-stainless-read-timeout";

    private static bool IsOverride(string name) =>
        name.AsSpan().ContainsAny(Overrides)
        || IsMethodField(name)
        || name.Equals(OriginalUrl, StringComparison.OrdinalIgnoreCase)
        || name.Equals(RewriteUrl, StringComparison.OrdinalIgnoreCase);

    private static bool IsMethodField(string name) => name.Equals("X-Method", StringComparison.OrdinalIgnoreCase);

    private static bool Harmless(string name) => HarmlessFields.Contains(name, StringComparer.OrdinalIgnoreCase);

    // _method, $httpMethod, X-HTTP-Method-Override, $httpHeaders; and whatever is still encoded.
    private static bool IsMethodParameter(ReadOnlySpan<char> name) =>
        name.Contains("method", StringComparison.OrdinalIgnoreCase)
        || name.Contains("httpheader", StringComparison.OrdinalIgnoreCase)
        || name.Contains("override", StringComparison.OrdinalIgnoreCase)
        || name.Contains('%');
}
