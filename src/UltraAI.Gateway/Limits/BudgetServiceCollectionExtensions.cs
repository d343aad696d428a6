using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Limits;

internal static class BudgetServiceCollectionExtensions
{
    /// <summary><see cref="IBudgets"/> over the store that <c>AddStorage</c> has chosen.</summary>
    public static IServiceCollection AddBudgets(this IServiceCollection services, StoreKind kind) => services
        .AddSingleton<IBudgetGrantStore>(provider => kind == StoreKind.Redis
            ? new RedisBudgetGrantStore(provider.GetRequiredService<RedisConnection>())
            : new EmbeddedBudgetGrantStore(provider.GetRequiredService<EmbeddedDatabase>(), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<BudgetStoreWatch>()
        .AddSingleton<BudgetMetrics>()
        .AddSingleton<BudgetLedger>()
        .AddSingleton<IBudgets>(provider => provider.GetRequiredService<BudgetLedger>())
        .AddHostedService(provider => provider.GetRequiredService<BudgetLedger>());
}
