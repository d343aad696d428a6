using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Transport;
using Yarp.ReverseProxy.Forwarder;

namespace UltraAI.Gateway.Forwarding;

/// <summary>What happens to a message that YARP's own forwarder carries, the same on every route: fields are copied, and nothing is added.</summary>
/// <remarks>
/// It takes the place of YARP's configured transforms, none of which may be used on a provider's route, and of the objects that
/// those cost per message. Most messages don't come this way: see <see cref="LeanForwarder"/>.
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
        }
    }

    /// <returns>False if the body has been written already.</returns>
    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null || !ForwardedRequest.TryGet(httpContext, out var forwarded))
        {
            return base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        }

        if (forwarded.Call.RequestBody == RequestBodyState.Done)
        {
            forwarded.ReleaseBody();
        }

        fields.Copy(httpContext, proxyResponse, forwarded.Call);
        return bodies.ApplyAsync(httpContext, proxyResponse, forwarded);
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        if (ForwardedRequest.TryGet(httpContext, out var forwarded)
            && httpContext.Features.Get<IHttpResponseTrailersFeature>() is { Trailers: { IsReadOnly: false } trailers })
        {
            ResponseFields.CopyTrailers(trailers, proxyResponse, forwarded.Call);
        }

        return ValueTask.CompletedTask;
    }
}
