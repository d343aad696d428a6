using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Transport;
using Yarp.ReverseProxy.Forwarder;

namespace UltraAI.Gateway.Forwarding;

/// <summary>What happens to a message between client and provider, the same on every route: fields are copied, and nothing is added.</summary>
/// <remarks>
/// It takes the place of YARP's configured transforms, none of which may be used on a provider's route, and of the objects that
/// those cost per message. YARP's own copying of fields, which leaves hop-by-hop fields out, is what it builds on.
/// </remarks>
internal sealed class ProviderTransformer(ResponseFields fields, ResponseBodies bodies) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

        // The provider's own name, from the URI; no X-Forwarded-*: providers have no business with our clients' addresses.
        proxyRequest.Headers.Host = null;
        if (ForwardedRequest.TryGet(httpContext, out var forwarded))
        {
            // The invoker writes the real URI per attempt; this one only keeps YARP from building its own out of the decoded path.
            proxyRequest.RequestUri = forwarded.Provider.BaseUri;
            proxyRequest.Options.Set(ProviderCall.Key, forwarded.Call);
            if (forwarded.AsksForUsage)
            {
                // The chunk that has to go can only be found in plain text.
                proxyRequest.Headers.Remove("Accept-Encoding");
                proxyRequest.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
            }
        }
    }

    /// <returns>False if the body has been written already.</returns>
    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var copied = base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (proxyResponse is null || !ForwardedRequest.TryGet(httpContext, out var forwarded) || !copied.IsCompletedSuccessfully)
        {
            return copied;
        }

        if (forwarded.Call.RequestBody == RequestBodyState.Done)
        {
            forwarded.ReleaseBody();
        }

        fields.Apply(httpContext, proxyResponse, forwarded.Provider);
        return copied.Result ? bodies.ApplyAsync(httpContext, proxyResponse, forwarded) : ValueTask.FromResult(false);
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        var copied = base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
        if (httpContext.Features.Get<IHttpResponseTrailersFeature>() is { Trailers: { IsReadOnly: false } trailers }
            && ForwardedRequest.TryGet(httpContext, out var forwarded))
        {
            ResponseFields.ApplyToTrailers(trailers, proxyResponse, forwarded.Provider);
        }

        return copied;
    }
}
