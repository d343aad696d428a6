using System.Net;
using UltraAI.Gateway.Admission;

namespace UltraAI.Gateway.Forwarding;

/// <summary>What forwarding needs of the configuration beside providers and keys.</summary>
/// <param name="TrustedProxies">Peers whose <c>X-Forwarded-For</c> is believed.</param>
/// <param name="PublicUrl">The gateway's own address for rewritten links, without trailing slash; null: as the request had it.</param>
/// <param name="Inspection">How much of bodies is held while they are looked at.</param>
internal sealed record ForwardingSettings(IReadOnlyList<IPNetwork> TrustedProxies, string? PublicUrl, InspectionOptions Inspection);

/// <summary>The settings that are in force now.</summary>
internal interface IForwardingSettingsSource
{
    ForwardingSettings Forwarding { get; }
}
