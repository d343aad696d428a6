using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Limits;

internal static class LimitsServiceCollectionExtensions
{
    /// <summary>The store of limits. With <see cref="StoreKind.Redis"/> a <see cref="RedisConnection"/> must be registered.</summary>
    public static IServiceCollection AddLimits(this IServiceCollection services, StoreOptions options)
    {
        services.AddSingleton<LimitMetrics>();
        if (options.Kind == StoreKind.Embedded)
        {
            return services.AddSingleton<ILimitStore, EmbeddedLimitStore>();
        }

        return services
            .AddSingleton(provider => new RedisLimitStore(
                provider.GetRequiredService<RedisConnection>(),
                options.OnFailure,
                provider.GetRequiredService<LimitMetrics>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<RedisLimitStore>>()))
            .AddSingleton<ILimitStore>(provider => provider.GetRequiredService<RedisLimitStore>())
            .AddHostedService(provider => provider.GetRequiredService<RedisLimitStore>());
    }
}
