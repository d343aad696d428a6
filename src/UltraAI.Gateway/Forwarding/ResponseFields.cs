using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>What is done to a response's fields: links lead back to the gateway, the credential is masked, the gateway's own names are its own.</summary>
internal sealed class ResponseFields(LinkRewriter links)
{
    private const string OwnPrefix = "x-ultraai-";

    public void Apply(HttpContext context, HttpResponseMessage source, Provider provider)
    {
        Apply(context, source.Headers.NonValidated, provider);
        Apply(context, source.Content.Headers.NonValidated, provider);
        RemoveHopByHop(context.Response.Headers, source.Headers.NonValidated);
        if (source.ReasonPhrase is { } reason && provider.Credential is { } credential && credential.IsIn(reason))
        {
            context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = credential.Masked(reason);
        }
    }

    public static void ApplyToTrailers(IHeaderDictionary trailers, HttpResponseMessage source, Provider provider)
    {
        foreach (var field in source.TrailingHeaders.NonValidated)
        {
            if (field.Key.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase))
            {
                trailers.Remove(field.Key);
                continue;
            }

            if (provider.Credential is not { } credential)
            {
                continue;
            }

            foreach (var value in field.Value)
            {
                if (credential.IsIn(value))
                {
                    trailers[field.Key] = credential.Masked(field.Value.ToString());
                }
            }
        }
    }

    private void Apply(HttpContext context, HttpHeadersNonValidated source, Provider provider)
    {
        var target = context.Response.Headers;
        foreach (var field in source)
        {
            var name = field.Key;
            if ((name[0] | 0x20) == 'x' && name.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase))
            {
                RemoveOwn(target, name);
                continue;
            }

            if (LinkRewriter.IsLink(name) && links.Rewrite(context, provider, field.Value.ToString()) is { } rewritten)
            {
                target[name] = rewritten;
            }

            if (provider.Credential is { } credential)
            {
                foreach (var value in field.Value)
                {
                    if (credential.IsIn(value))
                    {
                        target[name] = target[name].Select(text => credential.Masked(text ?? "")).ToArray();
                        break;
                    }
                }
            }
        }
    }

    // YARP appends to what is there: the gateway's own request id is the first value.
    private static void RemoveOwn(IHeaderDictionary target, string name)
    {
        if (name.Equals(ErrorResponse.RequestIdField, StringComparison.OrdinalIgnoreCase))
        {
            target[name] = target[name][0];
        }
        else
        {
            target.Remove(name);
        }
    }

    private static void RemoveHopByHop(IHeaderDictionary target, HttpHeadersNonValidated source)
    {
        if (!source.TryGetValues("Connection", out var connection))
        {
            return;
        }

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
