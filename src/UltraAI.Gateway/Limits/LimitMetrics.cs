using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Limits;

/// <summary>What the limits count. The request path adds to numbers that it holds already.</summary>
internal sealed class LimitMetrics
{
    /// <summary>More key names than this share the tag <c>other</c>.</summary>
    public const int MaxKeyNames = 1000;

    private readonly Meter _meter;
    private readonly ConcurrentDictionary<string, LimitDecisions> _keys = new(StringComparer.Ordinal);
    private volatile Func<bool> _isStoreAvailable = static () => true;

    // The factory owns the meter: it is not ours to dispose.
    public LimitMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(GatewayTelemetry.MeterName);
        _meter.CreateObservableCounter(GatewayTelemetry.Instruments.LimitDecisions, Sums, description: "Decisions of each limit that applied to a request.");
    }

    /// <summary>The decisions of everything that has no name of its own: keys past <see cref="MaxKeyNames"/>, and those without limits.</summary>
    public LimitDecisions Other { get; } = new("other");

    /// <summary>Makes <c>ultraai_store_available</c> say what the store says.</summary>
    public void Observe(Func<bool> isAvailable)
    {
        _isStoreAvailable = isAvailable;
        _meter.CreateObservableGauge(
            GatewayTelemetry.Instruments.StoreAvailable, () => isAvailable() ? 1 : 0, description: "1 while the store of limits answers, 0 while it does not.");
    }

    /// <summary>Whether the store answers now.</summary>
    public bool IsStoreAvailable => _isStoreAvailable();

    /// <summary>Where a key's decisions are added up; to be kept with it.</summary>
    public LimitDecisions DecisionsOf(LimitSubject key) =>
        _keys.TryGetValue(key.Name, out var decisions) ? decisions
        : _keys.Count >= MaxKeyNames ? Other
        : _keys.GetOrAdd(key.Name, static name => new LimitDecisions(name));

    /// <summary>Counts one decision for each of the key's and the provider's limits that let the request pass.</summary>
    public static void AdmittedBy(LimitDecisions decisions, LimitSubject? key, LimitSubject? provider)
    {
        Applied(decisions, key, isProvider: false);
        Applied(decisions, provider, isProvider: true);
    }

    private static void Applied(LimitDecisions decisions, LimitSubject? subject, bool isProvider)
    {
        if (subject?.Options is not { } options)
        {
            return;
        }

        if (options.RequestsPerMinute is not null)
        {
            decisions.Add(isProvider, LimitKind.Requests, admitted: true);
        }

        if (options.TokensPerMinute is not null)
        {
            decisions.Add(isProvider, LimitKind.Tokens, admitted: true);
        }

        if (options.MaxConcurrent is not null)
        {
            decisions.Add(isProvider, LimitKind.Concurrency, admitted: true);
        }
    }

    private List<Measurement<long>> Sums()
    {
        var sums = new List<Measurement<long>>();
        Other.Observe(sums);
        foreach (var (_, decisions) in _keys)
        {
            decisions.Observe(sums);
        }

        return sums;
    }
}
