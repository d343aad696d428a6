using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Transport;

internal static class TransportServiceCollectionExtensions
{
    public static IServiceCollection AddTransport(this IServiceCollection services, TransportOptions options) => services
        .AddSingleton(options)
        .AddSingleton<SharedHttpHandler>()
        .AddSingleton<TransportMetrics>()
        .AddSingleton<CallReporter>()
        .AddSingleton<ProviderPools>()
        .AddSingleton<ProviderStates>()
        .AddSingleton<ProviderInvoker>()
        .AddSingleton<CredentialProbe>();
}
