using UltraAI.Gateway.Transport;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace UltraAI.Gateway.Forwarding;

/// <summary>The same transforms for every route: nothing is added, and what YARP would add is turned off.</summary>
internal sealed class ForwardingTransforms(ResponseFields fields, ResponseBodies bodies) : ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        // No X-Forwarded-*: providers have no business with our clients' addresses.
        context.UseDefaultForwarders = false;
        context.AddRequestTransform(static transform =>
        {
            if (ForwardedRequest.TryGet(transform.HttpContext, out var forwarded))
            {
                // The invoker writes the real URI per attempt; this one only keeps YARP from building its own out of the decoded path.
                transform.ProxyRequest.RequestUri = forwarded.Provider.BaseUri;
                transform.ProxyRequest.Options.Set(ProviderCall.Key, forwarded.Call);
            }

            return default;
        });
        context.AddResponseTransform(transform =>
        {
            if (transform.ProxyResponse is not { } response || !ForwardedRequest.TryGet(transform.HttpContext, out var forwarded))
            {
                return default;
            }

            if (forwarded.Call.RequestBody == RequestBodyState.Done)
            {
                forwarded.ReleaseBody();
            }

            fields.Apply(transform.HttpContext, response, forwarded.Provider);
            return bodies.ApplyAsync(transform, response, forwarded);
        });
        context.AddResponseTrailersTransform(transform =>
        {
            if (transform.ProxyResponse is { } response && ForwardedRequest.TryGet(transform.HttpContext, out var forwarded))
            {
                ResponseFields.ApplyToTrailers(transform.HttpContext, response, forwarded.Provider);
            }

            return default;
        });
    }
}
