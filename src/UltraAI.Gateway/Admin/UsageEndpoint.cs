using System.Text.Json;
using UltraAI.Gateway.Metering;

namespace UltraAI.Gateway.Admin;

/// <summary><c>GET /admin/usage</c>: requests, tokens and money of a span of days.</summary>
internal sealed class UsageEndpoint(IUsageStore usage, TimeProvider time)
{
    public async Task GetAsync(HttpContext context)
    {
        var query = UsageQuery.Read(context.Request.Query, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        var rows = await usage.ReadAsync(query.From, query.To, query.By, context.RequestAborted);
        await AdminResponse.WriteAsync(context, StatusCodes.Status200OK, json => Write(json, query, rows));
    }

    private static void Write(Utf8JsonWriter json, UsageQuery query, IReadOnlyList<UsageRow> rows)
    {
        json.WriteStartObject();
        json.WriteString("from", UsageQuery.Text(query.From));
        json.WriteString("to", UsageQuery.Text(query.To));
        json.WriteTexts("by", [.. UsageQuery.Groupings.Where(grouping => query.By.HasFlag(grouping.By)).Select(grouping => grouping.Name)]);
        json.WriteStartArray("rows");
        foreach (var row in rows)
        {
            Write(json, row);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // What rows are not grouped by is null.
    private static void Write(Utf8JsonWriter json, UsageRow row)
    {
        json.WriteStartObject();
        json.WriteString("key", row.VirtualKey);
        json.WriteString("provider", row.Provider);
        json.WriteString("model", row.Model);
        json.WriteString("day", row.Day is { } day ? UsageQuery.Text(day) : null);
        json.WriteNumber("requests", row.Totals.Requests);
        json.WriteNumber("input_tokens", row.Totals.InputTokens);
        json.WriteNumber("cached_input_tokens", row.Totals.CachedInputTokens);
        json.WriteNumber("cache_write_tokens", row.Totals.CacheWriteTokens);
        json.WriteNumber("output_tokens", row.Totals.OutputTokens);
        json.WriteUsd("cost_usd", row.Totals.CostNanoUsd);
        json.WriteNumber("estimated_requests", row.Totals.EstimatedRequests);
        json.WriteEndObject();
    }
}
