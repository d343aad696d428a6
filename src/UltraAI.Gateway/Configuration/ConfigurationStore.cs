using Microsoft.Extensions.Primitives;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Metering.Content;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Configuration;

/// <summary>Holds the configuration that is in force. One reference is swapped, so nobody sees half of an old and half of a new one.</summary>
internal sealed class ConfigurationStore(GatewayConfiguration first)
    : IProviderSource, IConfiguredVirtualKeys, IAdminAccessSource, IForwardingSettingsSource, IPriceSource, IUltraSource, IAccessLogSource, IContentLogSource
{
    private volatile GatewayConfiguration _current = first;
    private ConfigurationReloadToken _changed = new();

    public GatewayConfiguration Current => _current;

    public ProviderTable Providers => _current.Providers;

    public VirtualKeyTable VirtualKeys => _current.VirtualKeys;

    public AdminAccess Admin => _current.Admin;

    public PriceTable Prices => _current.Prices;

    public ForwardingSettings Forwarding => _current.Forwarding;

    public AccessLogOptions AccessLog => _current.AccessLog;

    public ContentLogOptions ContentLog => _current.ContentLog;

    public UltraSettings Ultra => _current.Ultra;

    public IChangeToken Changed => Volatile.Read(ref _changed);

    public void Replace(GatewayConfiguration next)
    {
        _current = next;
        Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();
    }
}
