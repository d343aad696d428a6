using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Metering;

internal static class UsageServiceCollectionExtensions
{
    /// <summary><see cref="IUsageLedger"/> and <see cref="IUsageStore"/> over the store that <c>AddStorage</c> has chosen.</summary>
    public static IServiceCollection AddUsageLedger(this IServiceCollection services, StoreKind kind) => services
        .AddSingleton<IUsageStore>(provider => kind == StoreKind.Redis
            ? new RedisUsageStore(provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<TimeProvider>())
            : new EmbeddedUsageStore(provider.GetRequiredService<EmbeddedDatabase>(), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<CostMetrics>()
        .AddSingleton<UsageLedger>()
        .AddSingleton<IUsageLedger>(provider => provider.GetRequiredService<UsageLedger>())
        .AddHostedService(provider => provider.GetRequiredService<UsageLedger>());
}
