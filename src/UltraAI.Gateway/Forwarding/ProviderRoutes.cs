using System.Net;
using Microsoft.Extensions.Primitives;
using UltraAI.Gateway.Transport;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace UltraAI.Gateway.Forwarding;

/// <summary>YARP's configuration, generated from the providers: a route and two clusters each.</summary>
/// <remarks>
/// The one destination is a placeholder: which destination and credential a call gets is <see cref="ProviderInvoker"/>'s to
/// choose, per attempt. Clusters have no HttpClient section: all share one handler.
/// </remarks>
internal sealed class ProviderRoutes(IProviderSource source, TransportOptions options) : IProxyConfigProvider
{
    // NOTE: the one inactivity clock is the call's own (CallClock). YARP's is off.
    private static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;

    /// <summary>The highest version of HTTP that providers are called with.</summary>
    public static Version VersionOf(TransportOptions options) => options.HttpVersion == "2" ? HttpVersion.Version20 : HttpVersion.Version11;

    public static string WebSocketClusterOf(Provider provider) => provider.Name + "/websocket";

    public IProxyConfig GetConfig()
    {
        // The token first: a change between the two lines is then seen twice, not missed.
        var changed = source.Changed;
        return new Snapshot(source.Providers, options, changed);
    }

    private sealed class Snapshot(ProviderTable providers, TransportOptions options, IChangeToken changed) : IProxyConfig
    {
        public IReadOnlyList<RouteConfig> Routes { get; } = [.. providers.All.Select(provider => new RouteConfig
        {
            RouteId = provider.Name,
            ClusterId = provider.Name,
            Match = new RouteMatch { Path = provider.Route },
        })];

        public IReadOnlyList<ClusterConfig> Clusters { get; } = [.. providers.All.SelectMany(provider => new[]
        {
            Cluster(provider.Name, provider, VersionOf(options)),

            // Over HTTP/2, YARP would first try RFC 8441, which no provider speaks.
            Cluster(WebSocketClusterOf(provider), provider, HttpVersion.Version11),
        })];

        public IChangeToken ChangeToken { get; } = changed;

        private static ClusterConfig Cluster(string id, Provider provider, Version version) => new()
        {
            ClusterId = id,
            Destinations = new Dictionary<string, DestinationConfig> { ["placeholder"] = new() { Address = provider.BaseUrl } },
            HttpRequest = new ForwarderRequestConfig
            {
                ActivityTimeout = Never,
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            },
        };
    }
}
