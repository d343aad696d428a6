using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using UltraAI.Gateway.Telemetry.Hot;

namespace UltraAI.Gateway.Telemetry;

/// <summary>Connections to one origin: how many are in use, how many wait to be, how many were ever made.</summary>
internal readonly record struct OriginConnections(long Active, long Idle, long Made);

/// <summary>Tells the connections to an origin by the runtime's own instruments: costs nothing per request.</summary>
/// <remarks>Those that are open are in <see cref="HotSums"/>; those that were are counted here when they end.</remarks>
internal sealed class ConnectionCounts : IDisposable
{
    private const string Meter = "System.Net.Http";
    private const string Ended = "http.client.connection.duration";

    private readonly HotSums _open;
    private readonly MeterListener _listener = new();

    // Origins come from the configuration.
    private readonly ConcurrentDictionary<(string Scheme, string Host, int Port), Count> _ended = new();

    public ConnectionCounts(HotSums open)
    {
        _open = open;
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == Ended && instrument.Meter.Name == Meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            if (TryRead(tags, out var origin, out _))
            {
                Interlocked.Increment(ref _ended.GetOrAdd(origin, static _ => new Count()).Value);
            }
        });
        _listener.Start();
    }

    /// <param name="uri">Any URI at the origin.</param>
    public OriginConnections At(Uri uri)
    {
        var wanted = (uri.Scheme, uri.IdnHost, uri.Port);
        long active = 0, idle = 0;
        foreach (var sum in _open.Open.Observe())
        {
            if (TryRead(sum.Tags, out var origin, out var state) && origin == wanted)
            {
                (active, idle) = state == "active" ? (active + sum.Value, idle) : (active, idle + sum.Value);
            }
        }

        // Between two changes of one request the sums may be one off.
        (active, idle) = (Math.Max(0, active), Math.Max(0, idle));
        return new OriginConnections(active, idle, active + idle + (_ended.TryGetValue(wanted, out var ended) ? Interlocked.Read(ref ended.Value) : 0));
    }

    public void Dispose() => _listener.Dispose();

    private static bool TryRead(ReadOnlySpan<KeyValuePair<string, object?>> tags, out (string Scheme, string Host, int Port) origin, out string? state)
    {
        string? scheme = null, host = null;
        int? port = null;
        state = null;
        foreach (var (name, value) in tags)
        {
            switch (name)
            {
                case "url.scheme":
                    scheme = value as string;
                    break;
                case "server.address":
                    host = value as string;
                    break;
                case "server.port":
                    port = value as int?;
                    break;
                case "http.connection.state":
                    state = value as string;
                    break;
                default:
                    break;
            }
        }

        origin = (scheme ?? "", host ?? "", port ?? (scheme == "https" ? 443 : 80));
        return host is not null;
    }

    private sealed class Count
    {
        public long Value;
    }
}
