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

    /// <summary>Shows a line of the ledger in its series; several lines share the series <c>other</c>.</summary>
    public void Show(UsageCell cell, bool wasAnswered)
    {
        var series = _series.GetOrAdd(
            new UsageKey(_keys.Admit(cell.Key.VirtualKey), cell.Key.Provider, _models.Admit(cell.Key.Model, wasAnswered)), static labels => new CostSeries(labels));
        series.Add(cell);
    }

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

    private readonly ConcurrentBag<UsageCell> _cells = [];

    public void Add(UsageCell cell) => _cells.Add(cell);

    public Measurement<double> Measure()
    {
        // A double, as it is exported: it can't overflow, and is exact up to nine million dollars.
        var nanoUsd = 0.0;
        foreach (var cell in _cells)
        {
            nanoUsd += cell.SinceStart.CostNanoUsd;
        }

        return new Measurement<double>(nanoUsd / NanoPerUsd, _tags);
    }
}
