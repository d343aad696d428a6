using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Metering.Content;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Transport;

internal static class TransportServiceCollectionExtensions
{
    public static IServiceCollection AddTransport(this IServiceCollection services, TransportOptions options, StoreKind store) => (store == StoreKind.Redis ? services.AddRedisCredentialRests() : services.AddSingleton<ICredentialRests, EmbeddedCredentialRests>())
        .AddSingleton(options)
        .AddSingleton<NameResolver>()
        .AddSingleton<SharedHttpHandler>()
        .AddSingleton<TransportMetrics>()
        .AddSingleton<AttemptDurations>()
        .AddHostedService<CallCountsClock>()
        .AddSingleton<CallReporter>()
        .AddSingleton<ISecretMask, KnownSecrets>()
        .AddSingleton<ContentLog>()
        .AddSingleton<CallContent>()
        .AddHostedService<ContentLogWriter>()
        .AddSingleton<ProviderPools>()
        .AddSingleton<ProviderStates>()
        .AddSingleton<PoolReporter>()
        .AddSingleton<ProviderInvoker>()
        .AddSingleton<CredentialProbe>();

    private static IServiceCollection AddRedisCredentialRests(this IServiceCollection services) => services
        .AddSingleton<RedisCredentialRests>()
        .AddSingleton<ICredentialRests>(provider => provider.GetRequiredService<RedisCredentialRests>())
        .AddHostedService(provider => provider.GetRequiredService<RedisCredentialRests>());
}
