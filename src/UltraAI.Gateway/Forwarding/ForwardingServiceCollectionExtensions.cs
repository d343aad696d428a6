using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace UltraAI.Gateway.Forwarding;

internal static class ForwardingServiceCollectionExtensions
{
    public static IServiceCollection AddForwarding(this IServiceCollection services)
    {
        services
            .AddSingleton<DrainState>()
            .AddSingleton<LinkRewriter>()
            .AddSingleton<ResponseFields>()
            .AddSingleton<ResponseBodies>()
            .AddSingleton<IProxyConfigProvider, ProviderRoutes>()
            .AddSingleton<IForwarderHttpClientFactory, SharedForwarderClientFactory>();
        services.AddReverseProxy().AddTransforms<ForwardingTransforms>();
        return services;
    }

    /// <summary>One route per provider. Comes after <see cref="RawTargetMiddleware"/> and routing.</summary>
    public static void MapForwarding(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapReverseProxy(pipeline => pipeline.UseMiddleware<ForwardingMiddleware>());
}
