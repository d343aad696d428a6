using System.Diagnostics.Metrics;

namespace UltraAI.Gateway.Telemetry.Hot;

/// <summary>Adds up the runtime's <c>http.client.open_connections</c>, which is written four times per request, and shows the sums under the same name and tags.</summary>
/// <remarks>
/// OpenTelemetry looks every single measurement up by a hash over all of its tags' names and values. Here they are found by
/// reference, and OpenTelemetry sees the sums when it collects. Its own subscription to the instrument is dropped by a view.
/// </remarks>
internal sealed class HotSums : IDisposable
{
    private const string Meter = "System.Net.Http";
    private const string OpenConnections = "http.client.open_connections";

    private readonly MeterListener _listener = new();

    public HotSums(IMeterFactory meters)
    {
        meters.Create(Meter).CreateObservableUpDownCounter(OpenConnections, Open.Observe, "{connection}");
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsHot(instrument))
            {
                listener.EnableMeasurementEvents(instrument, Open);
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, sums) => ((TaggedSums)sums!).Add(value, tags));
        _listener.Start();
    }

    /// <summary>Open connections to providers.</summary>
    public TaggedSums Open { get; } = new();

    /// <summary>Whether an instrument is the original, which nobody else needs to listen to.</summary>
    public static bool IsHot(Instrument instrument) =>
        instrument is UpDownCounter<long> { Name: OpenConnections, Meter.Name: Meter };

    public void Dispose() => _listener.Dispose();
}
