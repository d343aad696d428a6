using System.Diagnostics.Metrics;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Limits;

/// <summary>What is left of each budget.</summary>
internal sealed class BudgetMetrics(IMeterFactory meters)
{
    /// <summary>Keys beyond this many are left out: a sum over several of them would say nothing.</summary>
    public const int MaxKeys = 1000;

    // The factory owns the meter: it is not ours to dispose.
    private readonly Meter _meter = meters.Create(GatewayTelemetry.MeterName);

    public void Observe(IEnumerable<KeyValuePair<string, BudgetAccount>> accounts) => _meter.CreateObservableGauge(
        GatewayTelemetry.Instruments.BudgetRemaining,
        () => Measure(accounts.Take(MaxKeys)),
        "usd",
        "What is left of a key's budget in this period, for keys in use.");

    private static IEnumerable<Measurement<double>> Measure(IEnumerable<KeyValuePair<string, BudgetAccount>> accounts)
    {
        foreach (var (_, account) in accounts)
        {
            if (account.Remaining is { } remaining)
            {
                var key = new KeyValuePair<string, object?>(GatewayTelemetry.Tags.Key, account.Id.Key);
                yield return new Measurement<double>((double)remaining / BudgetAmounts.NanoPerUsd, key);
            }
        }
    }
}
