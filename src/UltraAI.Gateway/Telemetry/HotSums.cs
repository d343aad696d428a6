using System.Diagnostics.Metrics;

namespace UltraAI.Gateway.Telemetry;

/// <summary>Adds up built-in instruments that are written several times per request, and shows the sums under the same names and tags.</summary>
/// <remarks>
/// OpenTelemetry looks every single measurement up by a hash over all of its tags' names and values. Here they are found by
/// reference, and OpenTelemetry sees the sums when it collects. Its own subscription to these instruments is dropped by a view.
/// </remarks>
internal sealed class HotSums : IDisposable
{
    private const string OpenConnections = "http.client.open_connections";

    private static readonly (string Meter, string Instrument)[] Hot =
    [
        ("System.Net.Http", OpenConnections), // four times per request: a connection that was idle is active, and back
        ("Microsoft.AspNetCore.Hosting", "http.server.active_requests"),
    ];

    private readonly MeterListener _listener = new();

    public HotSums(IMeterFactory meters)
    {
        var sums = new Dictionary<string, TaggedSums>(StringComparer.Ordinal);
        foreach (var (meter, name) in Hot)
        {
            var sum = new TaggedSums();
            sums.Add(name, sum);
            meters.Create(meter).CreateObservableUpDownCounter(name, sum.Observe, UnitOf(name));
        }

        Open = sums[OpenConnections];
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsHot(instrument))
            {
                listener.EnableMeasurementEvents(instrument, sums[instrument.Name]);
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, sums) => ((TaggedSums)sums!).Add(value, tags));
        _listener.Start();
    }

    /// <summary>Open connections to providers.</summary>
    public TaggedSums Open { get; }

    /// <summary>Whether an instrument is one of the originals, which nobody else needs to listen to.</summary>
    public static bool IsHot(Instrument instrument)
    {
        if (instrument is UpDownCounter<long>)
        {
            foreach (var (meter, name) in Hot)
            {
                if (instrument.Name == name && instrument.Meter.Name == meter)
                {
                    return true;
                }
            }
        }

        return false;
    }

    public void Dispose() => _listener.Dispose();

    // As the runtime has them: https://learn.microsoft.com/dotnet/core/diagnostics/built-in-metrics
    private static string UnitOf(string name) => name.EndsWith("connections", StringComparison.Ordinal) ? "{connection}" : "{request}";
}
