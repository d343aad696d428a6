using System.Diagnostics.Metrics;

namespace UltraAI.Gateway.Telemetry.Hot;

/// <summary>Adds up the histograms that every request writes, and shows them on <c>/metrics</c> in the place of OpenTelemetry.</summary>
/// <remarks>
/// OpenTelemetry looks every single measurement up by a hash over all of its tags' names and values, which for a plain call cost more than
/// the checks of its key. Here they are found by reference. The SDK can't be given a histogram that was added up elsewhere: so where metrics go
/// out by OTLP too, nothing is taken from it, and <see cref="IsOn"/> is false.
/// </remarks>
internal sealed class HotHistograms : IDisposable
{
    public const string HostingMeter = "Microsoft.AspNetCore.Hosting";
    public const string ActiveRequests = "http.server.active_requests";

    // Nobody listens to the runtime's own: whoever makes or serves a request times it, without what the runtime does around each.
    private const string Attempts = "http.client.request.duration";
    private const string Requests = "http.server.request.duration";

    private static readonly (string Meter, string Name, double[] Bounds)[] Hot =
    [
        (HostingMeter, Requests, GatewayTelemetry.RequestBounds),
        ("System.Net.Http", Attempts, GatewayTelemetry.RequestBounds),
        (GatewayTelemetry.MeterName, GenAI.Instruments.OperationDuration, GenAI.DurationBounds),
        (GatewayTelemetry.MeterName, GenAI.Instruments.TimeToFirstChunk, GenAI.FirstChunkBounds),
        (GatewayTelemetry.MeterName, GenAI.Instruments.TokenUsage, Array.ConvertAll(GenAI.TokenBounds, static bound => (double)bound)),
    ];

    private readonly Family[] _families = Array.ConvertAll(Hot, static hot => new Family(hot.Name, hot.Bounds));
    private readonly MeterListener? _listener;

    public HotHistograms(TelemetryExport export)
    {
        if (export.IsOn)
        {
            return;
        }

        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (IndexOf(instrument) is var index and >= 0)
                {
                    _families[index].Describe(instrument);
                    if (instrument.Name is not (Attempts or Requests))
                    {
                        listener.EnableMeasurementEvents(instrument, _families[index]);
                    }
                }
            },
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((Family)family!).Series.Of(tags).Record(value));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((Family)family!).Series.Of(tags).Record(value));
        _listener.Start();
    }

    public bool IsOn => _listener is not null;

    public IReadOnlyList<Family> Families => _families;

    /// <summary>Requests to the gateway.</summary>
    public TaggedSeries<HotHistogram> ServerRequests => SeriesOf(Requests);

    /// <summary>Requests to providers.</summary>
    public TaggedSeries<HotHistogram> ClientRequests => SeriesOf(Attempts);

    /// <summary>Whether an instrument is one of the originals, which OpenTelemetry then must not listen to.</summary>
    public static bool IsHot(Instrument instrument) =>
        IndexOf(instrument) >= 0 || instrument is UpDownCounter<long> { Name: ActiveRequests, Meter.Name: HostingMeter };

    public void Dispose() => _listener?.Dispose();

    private TaggedSeries<HotHistogram> SeriesOf(string name) => Array.Find(_families, family => family.Name == name)!.Series;

    private static int IndexOf(Instrument instrument) =>
        Array.FindIndex(Hot, hot => hot.Name == instrument.Name && hot.Meter == instrument.Meter.Name);

    /// <summary>All series of one instrument.</summary>
    internal sealed class Family(string name, double[] bounds)
    {
        public string Name { get; } = name;

        /// <summary>In UCUM's terms, as the instrument has it; null: none.</summary>
        public string? Unit { get; private set; }

        public string? Description { get; private set; }

        public double[] Bounds { get; } = bounds;

        public TaggedSeries<HotHistogram> Series { get; } = new(() => new HotHistogram(bounds));

        public void Describe(Instrument instrument) => (Unit, Description) = (instrument.Unit, instrument.Description);
    }
}
