using System.Collections.Concurrent;
using System.Globalization;
using UltraAI.Gateway.Transport.Shards;

namespace UltraAI.Gateway.Transport.Pools;

/// <summary>One address of a provider: a base URL that request targets are put behind.</summary>
internal sealed class Destination
{
    // Clients call a few endpoints again and again; making and taking apart a Uri costs as much as all our checks.
    private const int MaxCachedUris = 256;
    private const int MaxCachedTarget = 128;

    private static readonly UriCreationOptions Raw = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly Lock _lock = new();
    private Known[] _known; // by shard
    private int _active;

    /// <param name="baseUrl">Absolute, without query; a trailing slash is dropped.</param>
    public Destination(string baseUrl)
    {
        BaseUrl = baseUrl.TrimEnd('/');
        BaseUri = new Uri(BaseUrl);
        BasePath = BaseUri.AbsolutePath.TrimEnd('/');
        _known = [new Known(BaseUrl)];
        Origin = BaseUri.GetLeftPart(UriPartial.Authority);
        Name = BaseUri.Authority;
        HostField = BaseUri.IsDefaultPort ? BaseUri.IdnHost : string.Create(CultureInfo.InvariantCulture, $"{BaseUri.IdnHost}:{BaseUri.Port}");
    }

    public string BaseUrl { get; }

    public Uri BaseUri { get; }

    /// <summary>The path of the base URL, without trailing slash; empty if it has none.</summary>
    public string BasePath { get; }

    /// <summary>Scheme, host and port: calls to the same origin share a pool of connections and a gate.</summary>
    public string Origin { get; }

    /// <summary>What metrics and logs call it: host and port.</summary>
    public string Name { get; }

    /// <summary>The value of <c>Host</c>: the name as DNS knows it, and the port where it is not the scheme's own.</summary>
    public string HostField { get; }

    /// <summary>Whether calls go there; the pool that it is in has set it.</summary>
    public DestinationCircuit Circuit { get; set; } = null!;

    /// <summary>The gate of its origin, once the transport has found it.</summary>
    public CallGate? Gate { get; set; }

    /// <summary>Where the time of its last attempt was counted.</summary>
    public AttemptDurations.AttemptSeries? LastDuration { get; set; }

    /// <summary>Calls that wait for it or run, where there is another one to choose.</summary>
    public int ActiveCalls => Volatile.Read(ref _active);

    public void Enter() => Interlocked.Increment(ref _active);

    public void Leave() => Interlocked.Decrement(ref _active);

    /// <summary>The absolute URI of a request target, byte for byte.</summary>
    /// <param name="target">Path and query as the client wrote them; empty, or beginning with <c>/</c> or <c>?</c>.</param>
    /// <param name="shard">The shard of connections. All but the first have a name of their own, and need <see cref="HostField"/>.</param>
    public Uri UriOf(string target, int shard = 0)
    {
        var all = _known;
        var known = all.Length > shard ? all[shard] : KnownOf(shard);
        if (known.Uris.TryGetValue(target, out var uri))
        {
            return uri;
        }

        uri = new Uri(target.Length > 0 && target[0] == '/' ? known.Prefix + target : known.Prefix + "/" + target, Raw);
        if (target.Length <= MaxCachedTarget && known.Uris.Count < MaxCachedUris && !target.Contains('?', StringComparison.Ordinal))
        {
            known.Uris.TryAdd(target, uri);
        }

        return uri;
    }

    private Known KnownOf(int shard)
    {
        lock (_lock)
        {
            for (var next = _known.Length; next <= shard; next++)
            {
                var origin = new UriBuilder(BaseUri.Scheme, ShardName.Of(BaseUri.IdnHost, next), BaseUri.Port).Uri.GetLeftPart(UriPartial.Authority);
                _known = [.. _known, new Known(origin + BasePath)];
            }

            return _known[shard];
        }
    }

    /// <summary>What the URIs of a shard begin with, and those that were made.</summary>
    private sealed class Known(string prefix)
    {
        public string Prefix { get; } = prefix;

        public ConcurrentDictionary<string, Uri> Uris { get; } = new(StringComparer.Ordinal);
    }
}
