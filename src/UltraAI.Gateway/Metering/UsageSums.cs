using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Metering;

/// <summary>Adds usage up. What would not fit 64 bits stays at their highest value; what is below nothing counts as nothing.</summary>
internal static class UsageSums
{
    public static void Add(this ref UsageTotals totals, in TokenUsage usage, long costNanoUsd, bool isEstimated)
    {
        totals.Requests = Sum(totals.Requests, 1);
        totals.InputTokens = Sum(totals.InputTokens, usage.Input);
        totals.CachedInputTokens = Sum(totals.CachedInputTokens, usage.CachedInput);
        totals.CacheWriteTokens = Sum(Sum(totals.CacheWriteTokens, usage.CacheWrite5m), usage.CacheWrite1h);
        totals.OutputTokens = Sum(totals.OutputTokens, usage.Output);
        totals.CostNanoUsd = Sum(totals.CostNanoUsd, costNanoUsd);
        totals.EstimatedRequests = Sum(totals.EstimatedRequests, isEstimated ? 1 : 0);
    }

    public static void Add(this ref UsageTotals totals, in UsageTotals more)
    {
        totals.Requests = Sum(totals.Requests, more.Requests);
        totals.InputTokens = Sum(totals.InputTokens, more.InputTokens);
        totals.CachedInputTokens = Sum(totals.CachedInputTokens, more.CachedInputTokens);
        totals.CacheWriteTokens = Sum(totals.CacheWriteTokens, more.CacheWriteTokens);
        totals.OutputTokens = Sum(totals.OutputTokens, more.OutputTokens);
        totals.CostNanoUsd = Sum(totals.CostNanoUsd, more.CostNanoUsd);
        totals.EstimatedRequests = Sum(totals.EstimatedRequests, more.EstimatedRequests);
    }

    private static long Sum(long total, long more) => more <= 0 ? total : total > long.MaxValue - more ? long.MaxValue : total + more;
}
