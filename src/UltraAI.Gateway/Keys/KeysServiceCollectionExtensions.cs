namespace UltraAI.Gateway.Keys;

internal static class KeysServiceCollectionExtensions
{
    /// <summary>The virtual keys of the configuration (<see cref="IConfiguredVirtualKeys"/>) and of the store (<see cref="IVirtualKeyStore"/>) together.</summary>
    public static IServiceCollection AddVirtualKeys(this IServiceCollection services) => services
        .AddSingleton<CombinedVirtualKeys>()
        .AddSingleton<IVirtualKeySource>(provider => provider.GetRequiredService<CombinedVirtualKeys>())
        .AddHostedService(provider => provider.GetRequiredService<CombinedVirtualKeys>())
        .AddSingleton<KeyUses>()
        .AddHostedService(provider => provider.GetRequiredService<KeyUses>());
}
