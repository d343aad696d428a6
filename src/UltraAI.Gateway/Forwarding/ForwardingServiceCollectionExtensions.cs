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
            .AddSingleton<ProviderTransformer>()
            .AddSingleton<ITransformBuilder, ProviderTransformerBuilder>()
            .AddSingleton<IProxyConfigProvider, ProviderRoutes>()
            .AddSingleton<IForwarderHttpClientFactory, SharedForwarderClientFactory>();
        services.AddReverseProxy();
        AddLeanForwarder(services);
        return services;
    }

    // YARP's own stays behind it, for what is not plain.
    private static void AddLeanForwarder(IServiceCollection services)
    {
        var yarp = services.Last(service => service.ServiceType == typeof(IHttpForwarder));
        services.Remove(yarp);
        services.AddSingleton<IHttpForwarder>(provider => ActivatorUtilities.CreateInstance<LeanForwarder>(
            provider, ActivatorUtilities.CreateInstance(provider, yarp.ImplementationType!)));
    }

    /// <summary>One route per provider. Comes after <see cref="RawTargetMiddleware"/> and routing.</summary>
    public static void MapForwarding(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapReverseProxy(pipeline => pipeline.UseMiddleware<ForwardingMiddleware>());
}
