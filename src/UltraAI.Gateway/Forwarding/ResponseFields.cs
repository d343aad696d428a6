using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Copies a response's fields in one pass: links lead back to the gateway, the credential is masked, the gateway's own names are its own.</summary>
internal sealed class ResponseFields(LinkRewriter links)
{
    private const string OwnPrefix = "x-ultraai-";

    /// <summary>Copies the fields, and masks the credential in the reason phrase, which must have been copied before.</summary>
    public void Copy(HttpContext context, HttpResponseMessage source, ProviderCall call)
    {
        var credential = call.Credential?.Credential;
        var target = context.Response.Headers;
        var fields = source.Headers.NonValidated;
        Copy(context, fields, target, call.Provider, credential);
        Copy(context, source.Content.Headers.NonValidated, target, call.Provider, credential);
        RemoveLengthBesideNoContent(target, source, fields);
        if (fields.TryGetValues("Connection", out var connection))
        {
            RemoveNamed(target, connection);
        }

        if (source.ReasonPhrase is { } reason && credential?.IsIn(reason) == true)
        {
            context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = credential.Masked(reason);
        }
    }

    /// <summary>Copies the fields that came after the body.</summary>
    public static void CopyTrailers(IHeaderDictionary target, HttpResponseMessage source, ProviderCall call)
    {
        foreach (var field in source.TrailingHeaders.NonValidated)
        {
            if (!HopByHopFields.Contains(field.Key) && !IsOwn(field.Key))
            {
                target[field.Key] = Masked(ValuesOf(field.Value), call.Credential?.Credential);
            }
        }
    }

    private void Copy(HttpContext context, HttpHeadersNonValidated source, IHeaderDictionary target, Provider provider, ProviderCredential? credential)
    {
        foreach (var field in source)
        {
            var name = field.Key;
            if (HopByHopFields.Contains(name) || IsOwn(name))
            {
                continue;
            }

            var values = ValuesOf(field.Value);
            if (LinkRewriter.IsLink(name) && links.Rewrite(context, provider, values.ToString()) is { } rewritten)
            {
                values = rewritten;
            }

            target[name] = Masked(values, credential);
        }
    }

    private static bool IsOwn(string name) => (name[0] | 0x20) == 'x' && name.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase);

    private static StringValues ValuesOf(HeaderStringValues source)
    {
        if (source.Count <= 1)
        {
            return source.ToString();
        }

        var values = new string[source.Count];
        var count = 0;
        foreach (var value in source)
        {
            values[count++] = value;
        }

        return values;
    }

    private static StringValues Masked(StringValues values, ProviderCredential? credential)
    {
        if (credential is null)
        {
            return values;
        }

        foreach (var value in values)
        {
            if (credential.IsIn(value))
            {
                return MaskedAll(values, credential);
            }
        }

        return values;
    }

    // By itself: a lambda in Masked would cost every field a closure.
    private static StringValues MaskedAll(StringValues values, ProviderCredential credential) =>
        values.Select(text => credential.Masked(text ?? "")).ToArray();

    private static void RemoveLengthBesideNoContent(IHeaderDictionary target, HttpResponseMessage source, HttpHeadersNonValidated fields)
    {
        // RFC 9112, 6.3: Transfer-Encoding overrides Content-Length. And a status without content needs none (RFC 9110, 8.6).
        if (target.ContentLength is { } length
            && (fields.Contains("Transfer-Encoding") || (length == 0 && (int)source.StatusCode is < 200 or 204 or 205)))
        {
            target.ContentLength = null;
        }
    }

    private static void RemoveNamed(IHeaderDictionary target, HeaderStringValues connection)
    {
        foreach (var value in connection)
        {
            foreach (var option in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!RequestPreparation.IsKnownOption(option))
                {
                    target.Remove(option);
                }
            }
        }
    }
}
