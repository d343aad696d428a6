using System.Globalization;
using System.Net;
using UltraAI.Gateway.Telemetry.Hot;
using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Transport;

/// <summary>Times attempts, from their sending to the response's head, as <c>http.client.request.duration</c> with the runtime's own tags.</summary>
/// <remarks>https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpclientrequestduration</remarks>
internal sealed class AttemptDurations(HotHistograms histograms, TimeProvider time)
{
    private readonly TaggedSeries<HotHistogram> _series = histograms.ClientRequests;

    // Where metrics are exported by OTLP, the runtime's own instrument is.
    private readonly bool _isOn = histograms.IsOn;

    public long Start() => _isOn ? time.GetTimestamp() : 0;

    public void Ended(Destination destination, HttpRequestMessage request, HttpResponseMessage response, long start, long end)
    {
        if (!_isOn)
        {
            return;
        }

        var last = destination.LastDuration;
        if (last is null || !last.IsOf(request, response))
        {
            destination.LastDuration = last = new AttemptSeries(request, response, _series.Of(TagsOf(destination, request, response, null)));
        }

        last.Histogram.Record(time.GetElapsedTime(start, end).TotalSeconds);
    }

    public void Failed(Destination destination, HttpRequestMessage request, Exception exception, long start)
    {
        if (_isOn)
        {
            _series.Of(TagsOf(destination, request, null, exception)).Record(time.GetElapsedTime(start).TotalSeconds);
        }
    }

    /// <summary>The tags that the runtime gives to it.</summary>
    internal static KeyValuePair<string, object?>[] TagsOf(Destination destination, HttpRequestMessage request, HttpResponseMessage? response, Exception? exception)
    {
        var uri = destination.BaseUri;
        var tags = new List<KeyValuePair<string, object?>>(7)
        {
            new("http.request.method", HttpTags.MethodOf(request.Method.Method)),
            new("server.address", uri.IdnHost),
            new("server.port", uri.Port),
            new("url.scheme", uri.Scheme),
        };
        if (response is not null)
        {
            tags.Add(new("http.response.status_code", (int)response.StatusCode));
            tags.Add(new("network.protocol.version", VersionOf(response.Version)));
        }

        if (ErrorOf(response, exception) is { } error)
        {
            tags.Add(new("error.type", error));
        }

        return [.. tags];
    }

    private static string VersionOf(Version version) => version.Minor == 0 && version.Major > 1
        ? version.Major.ToString(CultureInfo.InvariantCulture)
        : version.ToString(2);

    private static string? ErrorOf(HttpResponseMessage? response, Exception? exception) => (response, exception) switch
    {
        ({ StatusCode: >= (HttpStatusCode)400 and < (HttpStatusCode)600 }, _) => ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture),
        (_, null) => null,
        (_, HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } failed) => NameOf(failed.HttpRequestError),
        _ => exception.GetType().FullName,
    };

    private static string NameOf(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "name_resolution_error",
        HttpRequestError.ConnectionError => "connection_error",
        HttpRequestError.SecureConnectionError => "secure_connection_error",
        HttpRequestError.HttpProtocolError => "http_protocol_error",
        HttpRequestError.ExtendedConnectNotSupported => "extended_connect_not_supported",
        HttpRequestError.VersionNegotiationError => "version_negotiation_error",
        HttpRequestError.UserAuthenticationError => "user_authentication_error",
        HttpRequestError.ProxyTunnelError => "proxy_tunnel_error",
        HttpRequestError.InvalidResponse => "invalid_response",
        HttpRequestError.ResponseEnded => "response_ended",
        HttpRequestError.ConfigurationLimitExceeded => "configuration_limit_exceeded",
        _ => "_OTHER",
    };

    /// <summary>The series that a destination's last attempt was counted in, as most of the next will be.</summary>
    internal sealed class AttemptSeries(HttpRequestMessage request, HttpResponseMessage response, HotHistogram histogram)
    {
        private readonly HttpMethod _method = request.Method;
        private readonly HttpStatusCode _status = response.StatusCode;
        private readonly Version _version = response.Version;

        public HotHistogram Histogram { get; } = histogram;

        public bool IsOf(HttpRequestMessage request, HttpResponseMessage response) =>
            response.StatusCode == _status && request.Method == _method && response.Version == _version;
    }
}
