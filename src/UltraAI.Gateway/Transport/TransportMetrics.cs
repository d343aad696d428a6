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

    /// <summary>The outcome in its wire form.</summary>
    public static string NameOf(CallOutcome outcome) => (string)Outcomes[(int)outcome].Value!;

    private readonly Counter<long> _requests;
    private readonly Counter<long> _timeouts;
    private readonly Histogram<double> _queueWait;
    private readonly ConcurrentDictionary<string, Load> _loads = new(StringComparer.Ordinal);

    // The factory owns the meter: it is not ours to dispose.
    public TransportMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GatewayTelemetry.MeterName);
        _requests = meter.CreateCounter<long>(GatewayTelemetry.Instruments.Requests, description: "Requests to a provider's route, by how they ended.");
        _timeouts = meter.CreateCounter<long>(GatewayTelemetry.Instruments.UpstreamTimeouts, description: "Calls that a provider left silent until the clock ran out.");
        _queueWait = meter.CreateHistogram<double>(GatewayTelemetry.Instruments.QueueWait, "s", "How long calls that had to wait for a place at their origin did so.");
        meter.CreateObservableGauge(
            GatewayTelemetry.Instruments.QueueDepth, () => Observe(static load => ref load.Waiting), description: "Calls that wait for a place at their origin.");
        meter.CreateObservableGauge(
            GatewayTelemetry.Instruments.CallsActive, () => Observe(static load => ref load.Active), description: "Calls that have a place at their origin.");
    }

    /// <param name="provider">Whose call it was.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="latency">How long it took; null where that says nothing.</param>
    /// <param name="firstChunk">How long its first chunk took; null if it was not streamed.</param>
    public void RequestEnded(Provider provider, CallOutcome outcome, TimeSpan? latency = null, TimeSpan? firstChunk = null)
    {
        (provider.Load ??= LoadOf(provider)).Counts.Ended(outcome, latency, firstChunk);
        _requests.Add(1, provider.Tag, Outcomes[(int)outcome]);
        if (outcome == CallOutcome.Timeout)
        {
            _timeouts.Add(1, provider.Tag);
        }
    }

    public void QueueEntered(Provider provider) => Interlocked.Increment(ref LoadOf(provider).Waiting);

    public void QueueLeft(Provider provider, TimeSpan waited)
    {
        var load = LoadOf(provider);
        Interlocked.Decrement(ref load.Waiting);
        load.Counts.Waited(waited);
        _queueWait.Record(waited.TotalSeconds, provider.Tag);
    }

    /// <summary>The counts of a provider, which outlive a reload.</summary>
    public Load LoadOf(Provider provider) => _loads.GetOrAdd(provider.Name, static (_, tag) => new Load(tag), provider.Tag);

    /// <summary>Called once a second.</summary>
    public void CopyCounts()
    {
        foreach (var (_, load) in _loads)
        {
            load.Counts.Copy();
        }
    }

    private static KeyValuePair<string, object?> Outcome(string name) => new(GatewayTelemetry.Tags.Outcome, name);

    private IEnumerable<Measurement<int>> Observe(CountOf count) =>
        _loads.Values.Select(load => new Measurement<int>(Volatile.Read(ref count(load)), load.Tag));

    private delegate ref int CountOf(Load load);

    /// <summary>How many calls wait and run, and what became of the others.</summary>
    internal sealed class Load(KeyValuePair<string, object?> tag)
    {
        public int Waiting;
        public int Active;

        public CallCounts Counts { get; } = new();

        public KeyValuePair<string, object?> Tag { get; } = tag;
    }
}
