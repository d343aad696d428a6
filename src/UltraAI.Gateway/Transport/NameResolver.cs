using System.Net;

namespace UltraAI.Gateway.Transport;

/// <summary>Finds the addresses of a provider's name, once for each new connection. What the system caches of it is the system's.</summary>
internal class NameResolver
{
    /// <returns>The addresses in the order in which they are tried; an address is its own.</returns>
    public virtual Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken);
}
