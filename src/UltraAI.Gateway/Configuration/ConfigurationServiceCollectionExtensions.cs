using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Metering.Content;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Configuration;

internal static class ConfigurationServiceCollectionExtensions
{
    public static IServiceCollection AddGatewayConfiguration(this IServiceCollection services, GatewayConfiguration first)
    {
        var store = new ConfigurationStore(first);
        return services
            .AddSingleton(store)
            .AddSingleton<IProviderSource>(store)
            .AddSingleton<IConfiguredVirtualKeys>(store)
            .AddSingleton<IAdminAccessSource>(store)
            .AddSingleton<IForwardingSettingsSource>(store)
            .AddSingleton<IPriceSource>(store)
            .AddSingleton<IUltraSource>(store)
            .AddSingleton<IAccessLogSource>(store)
            .AddSingleton<IContentLogSource>(store);
    }

    /// <summary>Reads the sources again when they change.</summary>
    public static IServiceCollection AddConfigurationReloader(this IServiceCollection services, ConfigurationLoader loader) => services
        .AddSingleton(loader)
        .AddHostedService<ConfigurationReloader>();
}
