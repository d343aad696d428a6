using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms.Builder;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Gives every route the one <see cref="ProviderTransformer"/>. Routes are generated, so there is no transform to validate.</summary>
internal sealed class ProviderTransformerBuilder(ProviderTransformer transformer) : ITransformBuilder
{
    public IReadOnlyList<Exception> ValidateRoute(RouteConfig route) => [];

    public IReadOnlyList<Exception> ValidateCluster(ClusterConfig cluster) => [];

    public HttpTransformer Build(RouteConfig route, ClusterConfig? cluster) => transformer;

    public HttpTransformer Create(Action<TransformBuilderContext> action) => transformer;
}
