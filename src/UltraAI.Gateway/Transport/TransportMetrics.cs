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

    private static readonly KeyValuePair<string, object?> Ok = Outcome("ok");
    private static readonly KeyValuePair<string, object?> Failed = Outcome("failed");
    private static readonly KeyValuePair<string, object?> ClientSide = new(GatewayTelemetry.Tags.Side, "client");
    private static readonly KeyValuePair<string, object?> ProviderSide = new(GatewayTelemetry.Tags.Side, "provider");
    private static readonly KeyValuePair<string, object?> BeforeHead = new(GatewayTelemetry.Tags.Phase, "head");
    private static readonly KeyValuePair<string, object?> InBody = new(GatewayTelemetry.Tags.Phase, "body");

    /// <summary>The outcome in its wire form.</summary>
    public static string NameOf(CallOutcome outcome) => (string)Outcomes[(int)outcome].Value!;

    private readonly Counter<long> _timeouts;
    private readonly Histogram<double> _queueWait;
    private readonly Histogram<double> _connect;
    private readonly Histogram<double> _handshake;
    private readonly Histogram<double> _stall;
    private readonly Counter<long> _aborts;
    private readonly ConcurrentDictionary<string, Load> _loads = new(StringComparer.Ordinal);

    // The factory owns the meter: it is not ours to dispose.
    public TransportMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GatewayTelemetry.MeterName);
        meter.CreateObservableCounter(GatewayTelemetry.Instruments.Requests, Ended, description: "Requests to a provider's route, by how they ended.");
        _timeouts = meter.CreateCounter<long>(GatewayTelemetry.Instruments.UpstreamTimeouts, description: "Calls that a provider left silent until the clock ran out.");
        _queueWait = Wait(meter, GatewayTelemetry.Instruments.QueueWait, "How long calls that had to wait for a place at their origin did so.");
        _connect = Wait(meter, GatewayTelemetry.Instruments.Connect, "How long attempts to connect to providers took, DNS included.");
        _handshake = Wait(meter, GatewayTelemetry.Instruments.TlsHandshake, "How long TLS hand-shakes with providers took.");
        _stall = Wait(meter, GatewayTelemetry.Instruments.StreamStall, "The longest silence of a provider between two pieces of one response, for responses that came in pieces.");
        _aborts = meter.CreateCounter<long>(GatewayTelemetry.Instruments.Aborts, description: "Calls that were broken off, by who did it, before or after the response's head.");
        meter.CreateObservableCounter(
            GatewayTelemetry.Instruments.Connections, () => Observe(static load => ref load.Connections), description: "Connections made to providers.");
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
        if (outcome == CallOutcome.Timeout)
        {
            _timeouts.Add(1, provider.Tag);
        }
    }

    /// <summary>Counts who broke a call off, if anybody did.</summary>
    public void Aborted(Provider provider, CallOutcome outcome, bool hadHead)
    {
        var side = outcome switch
        {
            CallOutcome.Cancelled or CallOutcome.ClientTimeout => ClientSide,
            CallOutcome.Cut or CallOutcome.Timeout or CallOutcome.Unreachable => ProviderSide,
            _ => default,
        };
        if (side.Key is not null)
        {
            _aborts.Add(1, provider.Tag, side, hadHead ? InBody : BeforeHead);
        }
    }

    /// <summary>An attempt to connect has ended.</summary>
    public void Connected(Provider provider, TimeSpan elapsed, bool isOk) => _connect.Record(elapsed.TotalSeconds, provider.Tag, isOk ? Ok : Failed);

    /// <summary>A connection is ready for its first request.</summary>
    public void ConnectionMade(Provider provider) => Interlocked.Increment(ref LoadOf(provider).Connections);

    public void HandshakeEnded(Provider provider, TimeSpan elapsed) => _handshake.Record(elapsed.TotalSeconds, provider.Tag);

    /// <summary>A response that came in pieces has ended.</summary>
    public void Stalled(Provider provider, TimeSpan longest) => _stall.Record(longest.TotalSeconds, provider.Tag);

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

    private static Histogram<double> Wait(Meter meter, string name, string description) => meter.CreateHistogram(
        name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = GatewayTelemetry.WaitBounds });

    private static KeyValuePair<string, object?> Outcome(string name) => new(GatewayTelemetry.Tags.Outcome, name);

    private IEnumerable<Measurement<int>> Observe(CountOf count) =>
        _loads.Values.Select(load => new Measurement<int>(Volatile.Read(ref count(load)), load.Tag));

    private IEnumerable<Measurement<long>> Ended()
    {
        foreach (var (_, load) in _loads)
        {
            for (var outcome = 0; outcome < Outcomes.Length; outcome++)
            {
                if (load.Counts.SinceStart((CallOutcome)outcome) is > 0 and var count)
                {
                    yield return new Measurement<long>(count, load.Tag, Outcomes[outcome]);
                }
            }
        }
    }

    private delegate ref int CountOf(Load load);

    /// <summary>How many calls wait and run, what became of the others, and how many connections were made.</summary>
    internal sealed class Load(KeyValuePair<string, object?> tag)
    {
        public int Waiting;
        public int Active;
        public int Connections;

        public CallCounts Counts { get; } = new();

        public KeyValuePair<string, object?> Tag { get; } = tag;
    }
}
