using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Telemetry.Hot;
using Xunit;

namespace UltraAI.Gateway.Tests.Telemetry;

public sealed class HotSumsTests
{
    private readonly TaggedSums _sums = new();

    [Fact]
    public void Add_SameTagsInOtherObjects_GoesToTheSameSum()
    {
        _sums.Add(1, [Tag("host", new string("a")), Tag("port", 443)]);
        _sums.Add(2, [Tag("host", new string(['a'])), Tag("port", 443)]);
        _sums.Add(-1, [Tag("host", "a"), Tag("port", 444)]);

        Assert.Equal(
            ["a:443=3", "a:444=-1"],
            _sums.Observe().Select(m => $"{m.Tags[0].Value}:{m.Tags[1].Value}={m.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Add_BeyondTheBound_GoesToOneSum()
    {
        for (var i = 0; i < TaggedSeries<object>.MaxSeries + 5; i++)
        {
            _sums.Add(1, [Tag("peer", "10.0." + i)]);
        }

        var observed = _sums.Observe().ToList();

        Assert.Equal(TaggedSeries<object>.MaxSeries + 1, observed.Count);
        Assert.Equal(5, observed.Single(m => m.Tags[0].Key == "otel.metric.overflow").Value);
    }

    [Fact]
    public void Add_FromManyThreads_LosesNothing()
    {
        Parallel.For(0, 10_000, i => _sums.Add(1, [Tag("n", (i % 50).ToString(System.Globalization.CultureInfo.InvariantCulture))]));

        Assert.Equal(50, _sums.Observe().Count());
        Assert.All(_sums.Observe(), m => Assert.Equal(200, m.Value));
    }

    [Fact]
    public void BuiltIn_UnderItsNameAndUnit_IsObserved()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var sums = new HotSums(meters);
        var original = meters.Create("System.Net.Http").CreateUpDownCounter<long>("http.client.open_connections", "{connection}");
        var seen = new List<long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument is ObservableUpDownCounter<long> { Name: "http.client.open_connections", Unit: "{connection}", Meter.Name: "System.Net.Http" }
                && instrument.Meter.Scope == meters)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => seen.Add(value));
        listener.Start();

        original.Add(1, Tag("http.request.method", "POST"));
        original.Add(1, Tag("http.request.method", "POST"));
        original.Add(-1, Tag("http.request.method", "POST"));
        listener.RecordObservableInstruments();

        Assert.Equal([1], seen);
    }

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}
