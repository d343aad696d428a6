using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Limits;

/// <summary>What the limits count. Tags are made once; the request path allocates nothing here.</summary>
internal sealed class LimitMetrics
{
    /// <summary>More key names than this share the tag <c>other</c>.</summary>
    public const int MaxKeyNames = 1000;

    private static readonly KeyValuePair<string, object?> Admitted = new(GatewayTelemetry.Tags.Decision, "admitted");
    private static readonly KeyValuePair<string, object?> Refused = new(GatewayTelemetry.Tags.Decision, "refused");

    // In the order of LimitKind; the provider's after the key's.
    private static readonly KeyValuePair<string, object?>[] Limits =
    [
        Limit("requests"), Limit("tokens"), Limit("concurrency"), Limit("provider_requests"), Limit("provider_tokens"), Limit("provider_concurrency"),
    ];

    private readonly Meter _meter;
    private readonly Counter<long> _decisions;
    private readonly ConcurrentDictionary<string, KeyValuePair<string, object?>> _keys = new(StringComparer.Ordinal);

    // The factory owns the meter: it is not ours to dispose.
    public LimitMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(GatewayTelemetry.MeterName);
        _decisions = _meter.CreateCounter<long>(GatewayTelemetry.Instruments.LimitDecisions, description: "Decisions of each limit that applied to a request.");
    }

    /// <summary>The tag of everything that has no name of its own: keys past <see cref="MaxKeyNames"/>, and those without limits.</summary>
    public static KeyValuePair<string, object?> Other { get; } = new(GatewayTelemetry.Tags.Key, "other");

    /// <summary>Makes <c>ultraai_store_available</c> say what the store says.</summary>
    public void Observe(Func<bool> isAvailable) => _meter.CreateObservableGauge(
        GatewayTelemetry.Instruments.StoreAvailable, () => isAvailable() ? 1 : 0, description: "1 while the store of limits answers, 0 while it does not.");

    /// <summary>The tag of a key, to be kept with it.</summary>
    public KeyValuePair<string, object?> TagOf(LimitSubject key) =>
        _keys.TryGetValue(key.Name, out var tag) ? tag
        : _keys.Count >= MaxKeyNames ? Other
        : _keys.GetOrAdd(key.Name, static name => new(GatewayTelemetry.Tags.Key, name));

    public void Decided(in KeyValuePair<string, object?> key, bool isProvider, LimitKind kind, bool admitted) =>
        _decisions.Add(1, key, Limits[(int)kind + (isProvider ? 3 : 0)], admitted ? Admitted : Refused);

    /// <summary>Counts one decision for each of the key's and the provider's limits that let the request pass.</summary>
    public void DecidedAll(in KeyValuePair<string, object?> key, LimitSubject? keySubject, LimitSubject? providerSubject)
    {
        Applied(key, keySubject, isProvider: false);
        Applied(key, providerSubject, isProvider: true);
    }

    private void Applied(in KeyValuePair<string, object?> key, LimitSubject? subject, bool isProvider)
    {
        if (subject?.Options is not { } options)
        {
            return;
        }

        if (options.RequestsPerMinute is not null)
        {
            Decided(key, isProvider, LimitKind.Requests, admitted: true);
        }

        if (options.TokensPerMinute is not null)
        {
            Decided(key, isProvider, LimitKind.Tokens, admitted: true);
        }

        if (options.MaxConcurrent is not null)
        {
            Decided(key, isProvider, LimitKind.Concurrency, admitted: true);
        }
    }

    private static KeyValuePair<string, object?> Limit(string name) => new(GatewayTelemetry.Tags.Limit, name);
}
