using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms.Builder;

namespace UltraAI.Gateway.Forwarding;

internal static class ForwardingServiceCollectionExtensions
{
    public static IServiceCollection AddForwarding(this IServiceCollection services)
    {
        services
            .AddSingleton<DrainState>()
            .AddSingleton<HeldBodies>()
            .AddSingleton<LinkRewriter>()
            .AddSingleton<ResponseFields>()
            .AddSingleton<ResponseBodies>()
            .AddSingleton<LeanForwarder>()
            .AddSingleton<ForwardingHandler>()
            .AddSingleton<ProviderTransformer>()
            .AddSingleton<ITransformBuilder, ProviderTransformerBuilder>()
            .AddSingleton<IProxyConfigProvider, ProviderRoutes>()
            .AddSingleton<IForwarderHttpClientFactory, SharedForwarderClientFactory>();
        services.AddReverseProxy();
        return services;
    }

    /// <summary>One route per provider. Comes after <see cref="RawTargetMiddleware"/> and routing.</summary>
    public static void MapForwarding(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapReverseProxy(pipeline => pipeline.UseMiddleware<ForwardingMiddleware>());
}
