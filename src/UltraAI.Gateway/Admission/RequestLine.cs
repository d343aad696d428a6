using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Admission;

/// <summary>What a request's method and target say by themselves: which endpoint of the provider it is for, and whether its path can be trusted.</summary>
internal sealed class RequestLine
{
    private readonly int _question;

    /// <param name="provider">The provider that the request is for.</param>
    /// <param name="method">The request's method; GET for a WebSocket.</param>
    /// <param name="target">The provider's request target, raw.</param>
    public RequestLine(Provider provider, string method, string target)
    {
        Provider = provider;
        Method = method;
        Target = target;
        _question = target.IndexOf('?', StringComparison.Ordinal);
        Endpoint = provider.Kind.EndpointOf(method, provider.PathOf(target), provider.BasePath);
        IsOpen = EndpointPolicy.IsAllowed(null, provider.Kind.AdministrativeEndpoints, provider.BasePath, method, target);
        PathFault = RequestShape.HasDotSegment(Path) ? "the path has dot segments" : null;
        BodyPathFault = PathFault
            ?? (RequestShape.AmbiguityIn(Path, Endpoint.Model == ModelPlace.Path && provider.Kind.AllowsSlashInPathModel) is { } ambiguity ? $"the path has {ambiguity}" : null);
    }

    public Provider Provider { get; }

    public string Method { get; }

    /// <summary>Path and query, as they are sent to the provider.</summary>
    public string Target { get; }

    public ReadOnlySpan<char> Path => _question < 0 ? Target : Target.AsSpan(0, _question);

    public ReadOnlySpan<char> Query => _question < 0 ? default : Target.AsSpan(_question + 1);

    public ProviderEndpoint Endpoint { get; }

    /// <summary>Whether a key without <c>Endpoints</c> may use it: all but administrative endpoints.</summary>
    public bool IsOpen { get; }

    /// <summary>Why the path could lead elsewhere; null if it can't.</summary>
    public string? PathFault { get; }

    /// <summary>The same, held to what is asked of a request that may run a model.</summary>
    public string? BodyPathFault { get; }
}
