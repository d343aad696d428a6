using System.Globalization;

namespace UltraAI.Gateway.Transport.Shards;

/// <summary>What the handler takes for the host in the URI of a sharded request, so that it keeps a pool of connections per shard.</summary>
/// <remarks>
/// The handler's pools go by the URI's host, port and, over TLS, the Host field's name. The Host field always has the real name, and
/// with it the server's certificate, HTTP/2's :authority and the runtime's metrics. RFC 6761, 6.4: no real name ends with <c>.invalid</c>.
/// </remarks>
internal static class ShardName
{
    private const string Middle = ".shard";
    private const string End = ".invalid";

    /// <summary>Whether a URI's host can have such names: an IPv6 address can't, nor a name that is too long already.</summary>
    public static bool IsPossible(Uri uri) => uri.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4
        && Uri.CheckHostName(Of(uri.IdnHost, byte.MaxValue)) == UriHostNameType.Dns;

    /// <param name="host">The real name, or an IPv4 address.</param>
    /// <param name="shard">From 1.</param>
    public static string Of(string host, int shard) => string.Create(CultureInfo.InvariantCulture, $"{host}{Middle}{shard}{End}");

    /// <summary>The real name, and its shard; 0 if it has none.</summary>
    public static (string Host, int Shard) Read(string name)
    {
        if (name.EndsWith(End, StringComparison.Ordinal)
            && name.LastIndexOf(Middle, StringComparison.Ordinal) is var middle and > 0
            && int.TryParse(name.AsSpan()[(middle + Middle.Length)..^End.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var shard))
        {
            return (name[..middle], shard);
        }

        return (name, 0);
    }
}
