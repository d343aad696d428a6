using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>
/// What one gateway's own instruments measured. Exporters listen by name and so hear every gateway of the process; this
/// listens to the meters of one. Tests of /metrics itself run alone.
/// </summary>
internal sealed class GatewayMeasurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _values = new(StringComparer.Ordinal);

    public GatewayMeasurements(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && (instrument.Name.StartsWith("ultraai.", StringComparison.Ordinal) || instrument.Name.StartsWith("gen_ai.", StringComparison.Ordinal)))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The sum over all series of an instrument that carry all these tags (<c>name=value</c>).</summary>
    public double Sum(string instrument, params string[] tags)
    {
        _listener.RecordObservableInstruments();
        return _values
            .Where(v => v.Key.StartsWith(instrument + "|", StringComparison.Ordinal) && tags.All(t => v.Key.Contains($"|{t}|", StringComparison.Ordinal)))
            .Sum(v => v.Value);
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = instrument.Name + "|";
        foreach (var (name, tag) in tags)
        {
            key += $"{name}={tag}|";
        }

        _values.AddOrUpdate(key, value, (_, old) => instrument.IsObservable ? value : old + value);
    }
}
