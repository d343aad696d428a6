using System.Diagnostics.Metrics;

namespace UltraAI.Gateway.Telemetry.Hot;

/// <summary>Times the gateway's requests and counts those that run, as <c>http.server.request.duration</c> and <c>http.server.active_requests</c> with the runtime's own tags.</summary>
/// <remarks>
/// The runtime makes lists of tags and features for its own instruments as long as anybody listens to them; where metrics go out by OTLP, they are used.
/// https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#http-server
/// </remarks>
internal sealed class ServerRequests
{
    private readonly TaggedSums _active = new();
    private readonly TaggedSeries<HotHistogram>? _durations;
    private readonly TimeProvider _time;
    private Kind? _lastKind;
    private Ended? _lastEnded;

    // The factory owns the meter: it is not ours to dispose.
    public ServerRequests(HotHistograms histograms, IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        if (histograms.IsOn)
        {
            _durations = histograms.ServerRequests;
            meters.Create(HotHistograms.HostingMeter).CreateObservableUpDownCounter(HotHistograms.ActiveRequests, _active.Observe, "{request}", "Number of active HTTP server requests.");
        }
    }

    /// <summary>A request begins.</summary>
    /// <returns>What <see cref="End"/> has to be told.</returns>
    public Running Start(HttpContext context)
    {
        var began = _time.GetTimestamp();
        if (_durations is null)
        {
            return new Running(began, null);
        }

        var request = context.Request;
        var kind = _lastKind;
        if (kind is null || !kind.Is(request.Method, request.Scheme))
        {
            kind = new Kind(request.Method, request.Scheme, _active.SumOf(
                [new("http.request.method", HttpTags.MethodOf(request.Method)), new("url.scheme", request.Scheme)]));
            _lastKind = kind;
        }

        kind.Active.Add(1);
        return new Running(began, kind.Active);
    }

    /// <summary>A request has ended.</summary>
    /// <param name="context">The request.</param>
    /// <param name="running">What <see cref="Start"/> returned.</param>
    /// <param name="route">The route that it came by; null: none.</param>
    /// <param name="exception">What it ended with, unhandled; null: nothing.</param>
    /// <param name="timestamp">When; null: now.</param>
    public void End(HttpContext context, in Running running, string? route, Exception? exception = null, long? timestamp = null)
    {
        if (_durations is null || running.Active is null)
        {
            return;
        }

        running.Active.Add(-1);
        var request = context.Request;
        var status = exception is null || context.Response.HasStarted ? context.Response.StatusCode : StatusCodes.Status500InternalServerError;
        var ended = _lastEnded;
        if (exception is not null || ended is null || !ended.Is(request.Method, request.Scheme, request.Protocol, status, route))
        {
            ended = new Ended(request.Method, request.Scheme, request.Protocol, status, route, _durations.Of(TagsOf(request, status, route, exception)));
            _lastEnded = exception is null ? ended : _lastEnded;
        }

        ended.Histogram.Record(_time.GetElapsedTime(running.Began, timestamp ?? _time.GetTimestamp()).TotalSeconds);
    }

    private static KeyValuePair<string, object?>[] TagsOf(HttpRequest request, int status, string? route, Exception? exception)
    {
        var tags = new List<KeyValuePair<string, object?>>(6)
        {
            new("url.scheme", request.Scheme),
            new("http.request.method", HttpTags.MethodOf(request.Method)),
            new("network.protocol.version", VersionOf(request.Protocol)),
            new("http.response.status_code", status),
        };
        if (route is not null)
        {
            tags.Add(new("http.route", route));
        }

        if (exception is not null)
        {
            tags.Add(new("error.type", exception.GetType().FullName));
        }

        return [.. tags];
    }

    private static string VersionOf(string protocol) =>
        HttpProtocol.IsHttp11(protocol) ? "1.1" : HttpProtocol.IsHttp2(protocol) ? "2" : HttpProtocol.IsHttp3(protocol) ? "3" : HttpProtocol.IsHttp10(protocol) ? "1.0" : protocol;

    /// <summary>A request that runs.</summary>
    /// <param name="Began">When it began, by the clock that durations are measured with.</param>
    /// <param name="Active">Where it counts as running; null where nothing is counted.</param>
    internal readonly record struct Running(long Began, StripedSum? Active);

    /// <summary>The kind of request that began last, as most of the next will be.</summary>
    private sealed class Kind(string method, string scheme, StripedSum active)
    {
        public StripedSum Active { get; } = active;

        public bool Is(string itsMethod, string itsScheme) => itsMethod == method && itsScheme == scheme;
    }

    /// <summary>The kind of request that ended last.</summary>
    private sealed class Ended(string method, string scheme, string protocol, int status, string? route, HotHistogram histogram)
    {
        public HotHistogram Histogram { get; } = histogram;

        public bool Is(string itsMethod, string itsScheme, string itsProtocol, int itsStatus, string? itsRoute) =>
            itsStatus == status && itsMethod == method && itsRoute == route && itsProtocol == protocol && itsScheme == scheme;
    }
}
