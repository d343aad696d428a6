using System.Diagnostics.Metrics;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Limits;

/// <summary>The decisions of one virtual key's limits, and of the providers' limits for it, added up.</summary>
/// <remarks>There are up to six per request: looking each up by its tags, as a counter does, costs more than the limits themselves.</remarks>
/// <param name="key">The tag's value.</param>
internal sealed class LimitDecisions(string key)
{
    // In the order of LimitKind; the provider's after the key's.
    private static readonly string[] Limits = ["requests", "tokens", "concurrency", "provider_requests", "provider_tokens", "provider_concurrency"];

    private readonly long[] _admitted = new long[Limits.Length];
    private readonly long[] _refused = new long[Limits.Length];

    public string Key { get; } = key;

    public void Add(bool isProvider, LimitKind kind, bool admitted) =>
        Interlocked.Increment(ref (admitted ? _admitted : _refused)[(int)kind + (isProvider ? 3 : 0)]);

    /// <summary>Adds the sums that are not zero.</summary>
    public void Observe(List<Measurement<long>> sums)
    {
        for (var i = 0; i < Limits.Length; i++)
        {
            Observe(sums, _admitted, i, "admitted");
            Observe(sums, _refused, i, "refused");
        }
    }

    private void Observe(List<Measurement<long>> sums, long[] counts, int limit, string decision)
    {
        var count = Volatile.Read(ref counts[limit]);
        if (count > 0)
        {
            sums.Add(new Measurement<long>(
                count,
                new(GatewayTelemetry.Tags.Key, Key),
                new(GatewayTelemetry.Tags.Limit, Limits[limit]),
                new(GatewayTelemetry.Tags.Decision, decision)));
        }
    }
}
