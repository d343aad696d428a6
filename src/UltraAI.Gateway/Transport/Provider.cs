using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Transport;

/// <summary>A provider as the configuration describes it: where it is, what it is, what is presented to it.</summary>
internal sealed class Provider
{
    // Clients call a few endpoints again and again; making and taking apart a Uri costs as much as all our checks.
    private const int MaxCachedUris = 256;
    private const int MaxCachedTarget = 128;

    private static readonly UriCreationOptions Raw = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly ConcurrentDictionary<string, Uri> _uris = new(StringComparer.Ordinal);

    /// <param name="name">Its name, which is also its route's first segment.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="baseUrl">Absolute, without query; a trailing slash is dropped.</param>
    /// <param name="credential">What is presented to it; null: nothing.</param>
    public Provider(string name, ProviderKind kind, string baseUrl, ProviderCredential? credential)
    {
        Name = name;
        Kind = kind;
        BaseUrl = baseUrl.TrimEnd('/');
        BaseUri = new Uri(BaseUrl);
        BasePath = BaseUri.AbsolutePath.TrimEnd('/');
        Origin = BaseUri.GetLeftPart(UriPartial.Authority);
        Credential = credential;
        RoutePrefix = "/" + name;
        Tag = new KeyValuePair<string, object?>(Telemetry.GatewayTelemetry.Tags.Provider, name);
    }

    public string Name { get; }

    public ProviderKind Kind { get; }

    /// <summary>What telemetry calls it (<c>gen_ai.provider.name</c>): its kind's name, or its own where the kind is only the dialect.</summary>
    public string GenAIName => Kind.DefaultBaseUrl is { } usual && usual != BaseUrl && Kind == ProviderKinds.OpenAI ? Name : Kind.GenAIName;

    public string BaseUrl { get; }

    public Uri BaseUri { get; }

    /// <summary>The path of the base URL, without trailing slash; empty if it has none.</summary>
    public string BasePath { get; }

    /// <summary>Scheme, host and port: calls to the same origin share a pool and a gate.</summary>
    public string Origin { get; }

    public ProviderCredential? Credential { get; }

    /// <summary>The first segment of its route, with a leading slash.</summary>
    public string RoutePrefix { get; }

    /// <summary>The metrics tag with its name, made once.</summary>
    public KeyValuePair<string, object?> Tag { get; }

    /// <summary>How many calls wait and run, once the transport has found it.</summary>
    public TransportMetrics.Load? Load { get; set; }

    /// <summary>The gate of its origin, once the transport has found it.</summary>
    public CallGate? OriginGate { get; set; }

    /// <summary>When the usage of chat streams is asked for.</summary>
    public UsageRequestMode RequestUsage { get; init; } = UsageRequestMode.WhenLimited;

    /// <summary>Limits over all virtual keys; null: none.</summary>
    public LimitOptions? Limits { get; init; }

    /// <summary>Limits of its own below the origin's, or null.</summary>
    public CallLimits? OwnLimits { get; init; }

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

    /// <summary>A target of the gateway's own, as it must be put behind the base URL, which may end with the version that the target begins with: <c>https://host/v1</c>.</summary>
    public string TargetOf(string target)
    {
        var first = target[..target.IndexOf('/', 1)];
        return BasePath.EndsWith(first, StringComparison.Ordinal) ? target[first.Length..] : target;
    }

    /// <summary>The path that the provider sees for a request target: behind the base URL's own.</summary>
    public ReadOnlySpan<char> PathOf(string target)
    {
        var full = BasePath.Length == 0 ? target : BasePath + target;
        return full.IndexOf('?', StringComparison.Ordinal) is var question and >= 0 ? full.AsSpan(0, question) : full;
    }
}

/// <summary>All providers of one configuration, by name.</summary>
internal sealed class ProviderTable(IEnumerable<Provider> providers)
{
    private readonly FrozenDictionary<string, Provider> _providers = providers.ToFrozenDictionary(provider => provider.Name, StringComparer.Ordinal);

    public IEnumerable<Provider> All => _providers.Values;

    public bool TryGet(string name, [MaybeNullWhen(false)] out Provider provider) => _providers.TryGetValue(name, out provider);
}

/// <summary>The providers that are in force now.</summary>
internal interface IProviderSource
{
    ProviderTable Providers { get; }

    /// <summary>Fires when another configuration is in force.</summary>
    Microsoft.Extensions.Primitives.IChangeToken Changed { get; }
}
