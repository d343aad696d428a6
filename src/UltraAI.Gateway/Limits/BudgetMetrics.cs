using System.Diagnostics.Metrics;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Limits;

/// <summary>What there is of each budget, and what is left.</summary>
internal sealed class BudgetMetrics(IMeterFactory meters)
{
    /// <summary>Keys beyond this many are left out: a sum over several of them would say nothing.</summary>
    public const int MaxKeys = 1000;

    // The factory owns the meter: it is not ours to dispose.
    private readonly Meter _meter = meters.Create(GatewayTelemetry.MeterName);

    public void Observe(IEnumerable<KeyValuePair<string, BudgetAccount>> accounts)
    {
        _meter.CreateObservableGauge(
            GatewayTelemetry.Instruments.BudgetRemaining,
            () => Measure(accounts, static account => account.Remaining),
            "usd",
            "What is left of a key's budget in this period, for keys in use.");
        _meter.CreateObservableGauge(
            GatewayTelemetry.Instruments.BudgetLimit,
            () => Measure(accounts, static account => account.Remaining is null ? null : account.Budget),
            "usd",
            "A key's whole budget, for the same keys.");
    }

    private static IEnumerable<Measurement<double>> Measure(IEnumerable<KeyValuePair<string, BudgetAccount>> accounts, Func<BudgetAccount, long?> amountOf)
    {
        foreach (var (_, account) in accounts.Take(MaxKeys))
        {
            if (amountOf(account) is { } amount)
            {
                var key = new KeyValuePair<string, object?>(GatewayTelemetry.Tags.Key, account.Id.Key);
                yield return new Measurement<double>((double)amount / BudgetAmounts.NanoPerUsd, key);
            }
        }
    }
}
