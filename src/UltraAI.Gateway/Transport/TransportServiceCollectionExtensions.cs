namespace UltraAI.Gateway.Transport;

internal static class TransportServiceCollectionExtensions
{
    public static IServiceCollection AddTransport(this IServiceCollection services, TransportOptions options) => services
        .AddSingleton(options)
        .AddSingleton<SharedHttpHandler>()
        .AddSingleton<TransportMetrics>()
        .AddHostedService<CallCountsClock>()
        .AddSingleton<CallReporter>()
        .AddSingleton<ProviderInvoker>()
        .AddSingleton<CredentialProbe>();
}
