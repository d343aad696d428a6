using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Keys;

internal static class VirtualKeyStoreServiceCollectionExtensions
{
    /// <summary><see cref="IVirtualKeyStore"/> over the store that <c>AddStorage</c> has chosen.</summary>
    public static IServiceCollection AddVirtualKeyStore(this IServiceCollection services, StoreKind kind) => kind == StoreKind.Redis
        ? services
            .AddSingleton<RedisVirtualKeyStore>()
            .AddSingleton<IVirtualKeyStore>(provider => provider.GetRequiredService<RedisVirtualKeyStore>())
            .AddHostedService(provider => provider.GetRequiredService<RedisVirtualKeyStore>())
        : services.AddSingleton<IVirtualKeyStore, EmbeddedVirtualKeyStore>();
}
