using System.Text.Json;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>One row of <c>GET /admin/usage</c>.</summary>
internal sealed record ReportedUsage(string Provider, string Model, long Requests, long Input, long CachedInput, long CacheWrite, long Output, long NanoUsd, long Estimated)
{
    /// <summary>Reads the ledger by provider and model, once it holds so many requests.</summary>
    public static async Task<IReadOnlyList<ReportedUsage>> ReadAsync(GatewayEnvironment gateway, long requests, TimeSpan? within = null)
    {
        IReadOnlyList<ReportedUsage> rows = [];
        await Eventually.TrueAsync(
            async () => (rows = await ReadAsync(gateway)).Sum(row => row.Requests) >= requests, $"the ledger holds {requests} requests", within);
        Assert.Equal(requests, rows.Sum(row => row.Requests));
        return rows;
    }

    private static async Task<IReadOnlyList<ReportedUsage>> ReadAsync(GatewayEnvironment gateway)
    {
        var answer = await new AdminClient(gateway).GetAsync("/admin/usage?by=provider,model");
        Assert.True(answer.Status == 200, answer.Everything);
        return [.. answer.Json().GetProperty("rows").EnumerateArray().Select(Row)];
    }

    private static ReportedUsage Row(JsonElement row) => new(
        row.GetProperty("provider").GetString()!,
        row.GetProperty("model").GetString()!,
        row.GetProperty("requests").GetInt64(),
        row.GetProperty("input_tokens").GetInt64(),
        row.GetProperty("cached_input_tokens").GetInt64(),
        row.GetProperty("cache_write_tokens").GetInt64(),
        row.GetProperty("output_tokens").GetInt64(),
        (long)(row.GetProperty("cost_usd").GetDecimal() * 1_000_000_000m),
        row.GetProperty("estimated_requests").GetInt64());
}
