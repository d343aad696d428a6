using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Metering.Content;

namespace UltraAI.Gateway.Transport;

internal static class TransportServiceCollectionExtensions
{
    public static IServiceCollection AddTransport(this IServiceCollection services, TransportOptions options) => services
        .AddSingleton(options)
        .AddSingleton<SharedHttpHandler>()
        .AddSingleton<TransportMetrics>()
        .AddSingleton<CallReporter>()
        .AddSingleton<ISecretMask, KnownSecrets>()
        .AddSingleton<ContentLog>()
        .AddSingleton<CallContent>()
        .AddHostedService<ContentLogWriter>()
        .AddSingleton<ProviderInvoker>()
        .AddSingleton<CredentialProbe>();
}
