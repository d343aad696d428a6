using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Metering;

/// <summary>What calls have cost since start, by key, provider and model. Read off the ledger's own sums: nothing is counted twice on the request path.</summary>
internal sealed class CostMetrics
{
    private readonly BoundedNames _keys = new(1000);
    private readonly BoundedNames _models = new(200);
    private readonly ConcurrentDictionary<UsageKey, CostSeries> _series = new();

    // The factory owns the meter: it is not ours to dispose.
    public CostMetrics(IMeterFactory meters) => meters.Create(GatewayTelemetry.MeterName).CreateObservableCounter(
        GatewayTelemetry.Instruments.Cost, Measure, "usd", "What calls have cost, by the configured prices.");

    /// <summary>The series that a line of the ledger counts in; several lines share the series <c>other</c>.</summary>
    public CostSeries SeriesOf(UsageKey key) => _series.GetOrAdd(
        new UsageKey(_keys.Admit(key.VirtualKey), key.Provider, _models.Admit(key.Model)), static labels => new CostSeries(labels));

    private IEnumerable<Measurement<double>> Measure()
    {
        foreach (var (_, series) in _series)
        {
            yield return series.Measure();
        }
    }
}

/// <summary>One series of the metric of cost.</summary>
internal sealed class CostSeries(UsageKey labels)
{
    private const double NanoPerUsd = 1e9;

    private readonly KeyValuePair<string, object?>[] _tags =
    [
        new(GatewayTelemetry.Tags.Key, labels.VirtualKey),
        new(GatewayTelemetry.Tags.Provider, labels.Provider),
        new(GatewayTelemetry.Tags.Model, labels.Model),
    ];

    private double _nanoUsd;

    public void Add(long nanoUsd)
    {
        // A double, as it is exported: it can't overflow, and is exact up to nine million dollars.
        double seen;
        do
        {
            seen = Volatile.Read(ref _nanoUsd);
        }
        while (nanoUsd > 0 && Interlocked.CompareExchange(ref _nanoUsd, seen + nanoUsd, seen) != seen);
    }

    public Measurement<double> Measure() => new(Volatile.Read(ref _nanoUsd) / NanoPerUsd, _tags);
}
