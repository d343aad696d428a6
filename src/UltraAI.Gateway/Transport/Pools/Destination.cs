using System.Collections.Concurrent;

namespace UltraAI.Gateway.Transport.Pools;

/// <summary>One address of a provider: a base URL that request targets are put behind.</summary>
internal sealed class Destination
{
    // Clients call a few endpoints again and again; making and taking apart a Uri costs as much as all our checks.
    private const int MaxCachedUris = 256;
    private const int MaxCachedTarget = 128;

    private static readonly UriCreationOptions Raw = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly ConcurrentDictionary<string, Uri> _uris = new(StringComparer.Ordinal);
    private int _active;

    /// <param name="baseUrl">Absolute, without query; a trailing slash is dropped.</param>
    public Destination(string baseUrl)
    {
        BaseUrl = baseUrl.TrimEnd('/');
        BaseUri = new Uri(BaseUrl);
        BasePath = BaseUri.AbsolutePath.TrimEnd('/');
        Origin = BaseUri.GetLeftPart(UriPartial.Authority);
        Name = BaseUri.Authority;
    }

    public string BaseUrl { get; }

    public Uri BaseUri { get; }

    /// <summary>The path of the base URL, without trailing slash; empty if it has none.</summary>
    public string BasePath { get; }

    /// <summary>Scheme, host and port: calls to the same origin share a pool of connections and a gate.</summary>
    public string Origin { get; }

    /// <summary>What metrics and logs call it: host and port.</summary>
    public string Name { get; }

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
    public Uri UriOf(string target)
    {
        if (_uris.TryGetValue(target, out var uri))
        {
            return uri;
        }

        uri = new Uri(target.Length > 0 && target[0] == '/' ? BaseUrl + target : BaseUrl + "/" + target, Raw);
        if (target.Length <= MaxCachedTarget && _uris.Count < MaxCachedUris && !target.Contains('?', StringComparison.Ordinal))
        {
            _uris.TryAdd(target, uri);
        }

        return uri;
    }
}
