using System.Collections.Concurrent;

namespace UltraAI.Gateway.Transport.Shards;

/// <summary>Whether the connections to an origin are divided among the sockets' threads, and how.</summary>
/// <remarks>
/// A call whose client and provider are served by the same thread takes no lock, and moves no memory, that another processor holds.
/// The handler keeps a pool per name; so each shard but the first has a name of its own: <see cref="ShardName"/>.
/// </remarks>
internal sealed class ConnectionShards
{
    // With fewer calls a shard would often be full.
    private const int FewestCalls = 16;

    // Origins come from the configuration.
    private readonly ConcurrentDictionary<(string Scheme, string Host, int Port), OriginShards> _origins = new();
    private readonly int _maxCalls;
    private readonly int _count;
    private readonly bool _asksForHttp2;

    /// <param name="maxCalls">How many calls may run at one origin.</param>
    /// <param name="threads">How many threads there are to divide them among.</param>
    /// <param name="asksForHttp2">Whether HTTP/2 is asked for over TLS.</param>
    public ConnectionShards(int maxCalls, int threads, bool asksForHttp2)
    {
        _maxCalls = maxCalls;
        _asksForHttp2 = asksForHttp2;
        _count = threads > 1 && maxCalls / threads >= FewestCalls ? threads : 1;
    }

    /// <summary>The most connections of one shard.</summary>
    public int MaxConnections => (_maxCalls + _count - 1) / _count;

    /// <summary>The shards of an origin; null if its connections are not divided.</summary>
    /// <param name="uri">Any URI at the origin.</param>
    public OriginShards? Of(Uri uri) => _count > 1 && ShardName.IsPossible(uri)
        ? _origins.GetOrAdd((uri.Scheme, uri.IdnHost, uri.Port), static (origin, shards) => new OriginShards(shards._maxCalls, shards._count, shards._asksForHttp2 && origin.Scheme == Uri.UriSchemeHttps), this)
        : null;

    /// <summary>The same, of an origin that has been called; null if it has not.</summary>
    public OriginShards? Find(string scheme, string host, int port) => _origins.GetValueOrDefault((scheme, host, port));
}
