using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Transport;

/// <summary>What the transport counts. Tags are made once; the request path allocates nothing here.</summary>
internal sealed class TransportMetrics
{
    // In the order of CallOutcome.
    private static readonly KeyValuePair<string, object?>[] Outcomes =
    [
        Outcome("ok"), Outcome("client_error"), Outcome("provider_error"), Outcome("timeout"), Outcome("unreachable"),
        Outcome("cut"), Outcome("cancelled"), Outcome("client_timeout"), Outcome("refused"),
    ];

    private readonly Counter<long> _requests;
    private readonly Counter<long> _timeouts;
    private readonly Histogram<double> _queueWait;
    private readonly ConcurrentDictionary<string, QueueDepth> _queueDepths = new(StringComparer.Ordinal);

    // The factory owns the meter: it is not ours to dispose.
    public TransportMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GatewayTelemetry.MeterName);
        _requests = meter.CreateCounter<long>(GatewayTelemetry.Instruments.Requests, description: "Requests to a provider's route, by how they ended.");
        _timeouts = meter.CreateCounter<long>(GatewayTelemetry.Instruments.UpstreamTimeouts, description: "Calls that a provider left silent until the clock ran out.");
        _queueWait = meter.CreateHistogram<double>(GatewayTelemetry.Instruments.QueueWait, "s", "How long calls that had to wait for a place at their origin did so.");
        meter.CreateObservableGauge(GatewayTelemetry.Instruments.QueueDepth, ObserveQueues, description: "Calls that wait for a place at their origin.");
    }

    public void RequestEnded(Provider provider, CallOutcome outcome)
    {
        _requests.Add(1, provider.Tag, Outcomes[(int)outcome]);
        if (outcome == CallOutcome.Timeout)
        {
            _timeouts.Add(1, provider.Tag);
        }
    }

    public void QueueEntered(Provider provider) => Interlocked.Increment(ref DepthOf(provider).Count);

    public void QueueLeft(Provider provider, TimeSpan waited)
    {
        Interlocked.Decrement(ref DepthOf(provider).Count);
        _queueWait.Record(waited.TotalSeconds, provider.Tag);
    }

    private static KeyValuePair<string, object?> Outcome(string name) => new(GatewayTelemetry.Tags.Outcome, name);

    private QueueDepth DepthOf(Provider provider) => _queueDepths.GetOrAdd(provider.Name, static (_, tag) => new QueueDepth(tag), provider.Tag);

    private IEnumerable<Measurement<int>> ObserveQueues() =>
        _queueDepths.Values.Select(depth => new Measurement<int>(Volatile.Read(ref depth.Count), depth.Tag));

    private sealed class QueueDepth(KeyValuePair<string, object?> tag)
    {
        public int Count;

        public KeyValuePair<string, object?> Tag { get; } = tag;
    }
}
