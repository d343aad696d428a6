using System.Net;

namespace UltraAI.Gateway.Forwarding;

/// <summary>What forwarding needs of the configuration beside providers and keys.</summary>
/// <param name="TrustedProxies">Peers whose <c>X-Forwarded-For</c> is believed.</param>
/// <param name="PublicUrl">The gateway's own address for rewritten links, without trailing slash; null: as the request had it.</param>
internal sealed record ForwardingSettings(IReadOnlyList<IPNetwork> TrustedProxies, string? PublicUrl);

/// <summary>The settings that are in force now.</summary>
internal interface IForwardingSettingsSource
{
    ForwardingSettings Forwarding { get; }
}
