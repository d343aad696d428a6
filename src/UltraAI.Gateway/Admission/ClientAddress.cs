using System.Net;

namespace UltraAI.Gateway.Admission;

/// <summary>The address that a request comes from.</summary>
internal static class ClientAddress
{
    /// <summary>The peer, or behind trusted proxies the right-most address in <c>X-Forwarded-For</c> that is not one of them.</summary>
    /// <returns>Null if a trusted proxy named something that is not an address.</returns>
    public static IPAddress? Of(HttpContext context, IReadOnlyList<IPNetwork> trustedProxies)
    {
        var address = PeerOf(context);
        if (trustedProxies.Count == 0 || !IsIn(address, trustedProxies))
        {
            return address;
        }

        var hops = context.Request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (var i = hops.Length - 1; i >= 0; i--)
        {
            if (!TryParse(hops[i], out address))
            {
                return null;
            }

            if (!IsIn(address, trustedProxies))
            {
                return address;
            }
        }

        return address;
    }

    /// <summary>Who is at the other end of the connection.</summary>
    public static IPAddress? PeerOf(HttpContext context) => Unmapped(context.Connection.RemoteIpAddress);

    public static bool IsIn(IPAddress? address, IReadOnlyList<IPNetwork> networks)
    {
        if (address is null)
        {
            return false;
        }

        foreach (var network in networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    // "203.0.113.7", "203.0.113.7:4711", "2001:db8::7", "[2001:db8::7]:4711"
    private static bool TryParse(string text, out IPAddress? address)
    {
        address = IPAddress.TryParse(text, out var plain) ? Unmapped(plain)
            : IPEndPoint.TryParse(text, out var endPoint) ? Unmapped(endPoint.Address)
            : null;
        return address is not null;
    }

    private static IPAddress? Unmapped(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
