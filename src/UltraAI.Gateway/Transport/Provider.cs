using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Transport;

/// <summary>A provider as the configuration describes it: where it is, what it is, what is presented to it.</summary>
internal sealed class Provider
{
    /// <param name="name">Its name, which is also its route's first segment.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="baseUrls">Its destinations: at least one, all with the same path; absolute, without query; a trailing slash is dropped.</param>
    /// <param name="credentials">What may be presented to it; empty: nothing.</param>
    public Provider(string name, ProviderKind kind, IReadOnlyList<string> baseUrls, IReadOnlyList<ProviderCredential> credentials)
    {
        Name = name;
        Kind = kind;
        Destinations = [.. baseUrls.Select(baseUrl => new Destination(baseUrl))];
        IsPublic = kind.DefaultBaseUrl is { } usual && Destinations.Any(destination => IsAt(destination.BaseUri, new Uri(usual)));
        Credentials = credentials;
        RoutePrefix = "/" + name;
        Route = RoutePrefix + "/{**target}";
        Tag = new KeyValuePair<string, object?>(Telemetry.GatewayTelemetry.Tags.Provider, name);
    }

    public string Name { get; }

    public ProviderKind Kind { get; }

    /// <summary>What telemetry calls it (<c>gen_ai.provider.name</c>): its kind's name, or its own where the kind is only the dialect.</summary>
    public string GenAIName => Kind == ProviderKinds.OpenAI && !IsPublic ? Name : Kind.GenAIName;

    /// <summary>Where it is: at least one.</summary>
    public IReadOnlyList<Destination> Destinations { get; }

    /// <summary>Whether a destination is the kind's own public address, and so a third party's, not a server that imitates it.</summary>
    public bool IsPublic { get; }

    /// <summary>The base URL of its first destination.</summary>
    public string BaseUrl => Destinations[0].BaseUrl;

    public Uri BaseUri => Destinations[0].BaseUri;

    /// <summary>The path of its base URLs, without trailing slash; empty if they have none.</summary>
    public string BasePath => Destinations[0].BasePath;

    /// <summary>What may be presented to it; empty: nothing.</summary>
    public IReadOnlyList<ProviderCredential> Credentials { get; }

    /// <summary>Its pool, once the transport has made it.</summary>
    public ProviderPool? Pool { get; set; }

    /// <summary>The first segment of its route, with a leading slash.</summary>
    public string RoutePrefix { get; }

    /// <summary>Its route's pattern.</summary>
    public string Route { get; }

    /// <summary>The metrics tag with its name, made once.</summary>
    public KeyValuePair<string, object?> Tag { get; }

    /// <summary>How many calls wait and run, once the transport has found it.</summary>
    public TransportMetrics.Load? Load { get; set; }

    /// <summary>When the usage of chat streams is asked for.</summary>
    public UsageRequestMode RequestUsage { get; init; } = UsageRequestMode.WhenLimited;

    /// <summary>Limits over all virtual keys; null: none.</summary>
    public LimitOptions? Limits { get; init; }

    /// <summary>Bodies up to here can be sent again to another destination or with another credential.</summary>
    public long ReplayBufferBytes { get; init; } = ResilienceOptions.DefaultReplayBufferBytes;

    /// <summary>Whether there are several destinations or several credentials.</summary>
    public bool HasChoice => Destinations.Count > 1 || Credentials.Count > 1;

    /// <summary>Limits of its own below the origin's, or null.</summary>
    public CallLimits? OwnLimits { get; init; }

    /// <summary>A text with a mask in the place of each of its credentials.</summary>
    public string Masked(string text)
    {
        foreach (var credential in Credentials)
        {
            text = credential.Masked(text);
        }

        return text;
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

    /// <summary>The name of a JSON property with a link in the answers to a request target; null where there is none.</summary>
    public string? LinkPropertyIn(string target) => Kind.LinkPropertyIn(PathOf(target), BasePath.Length);

    // The path may be written with its version or without. A subdomain, such as eu.api.openai.com for data that stays in Europe, is in the same hands.
    private static bool IsAt(Uri address, Uri usual) =>
        (address.Scheme, address.Port) == (usual.Scheme, usual.Port)
        && (address.IdnHost == usual.IdnHost || address.IdnHost.EndsWith("." + usual.IdnHost, StringComparison.Ordinal));
}

/// <summary>All providers of one configuration, by name.</summary>
internal sealed class ProviderTable(IEnumerable<Provider> providers)
{
    private readonly FrozenDictionary<string, Provider>.AlternateLookup<ReadOnlySpan<char>> _providers =
        providers.ToFrozenDictionary(provider => provider.Name, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public IEnumerable<Provider> All => _providers.Dictionary.Values;

    public bool TryGet(ReadOnlySpan<char> name, [MaybeNullWhen(false)] out Provider provider) => _providers.TryGetValue(name, out provider);
}

/// <summary>The providers that are in force now.</summary>
internal interface IProviderSource
{
    ProviderTable Providers { get; }

    /// <summary>Fires when another configuration is in force.</summary>
    Microsoft.Extensions.Primitives.IChangeToken Changed { get; }
}
