using Microsoft.AspNetCore.DataProtection.KeyManagement;
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
            .AddHostedService<PeakCollection>()
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
        return services.WithoutStoredKeys();
    }

    // YARP brings data protection for session affinity, which no route has. Its hosted service would look for keys in the home directory, and make the folder.
    private static IServiceCollection WithoutStoredKeys(this IServiceCollection services)
    {
        var keys = services.Single(static service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(IKeyManager).Assembly);
        services.Remove(keys);
        return services;
    }

    /// <summary>One route per provider. Comes after <see cref="RawTargetMiddleware"/> and routing.</summary>
    public static void MapForwarding(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapReverseProxy(pipeline => pipeline.UseMiddleware<ForwardingMiddleware>());
}
