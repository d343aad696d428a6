using Microsoft.Data.Sqlite;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Metering;

/// <summary>The ledger in the embedded file.</summary>
internal sealed class EmbeddedUsageStore(EmbeddedDatabase database, TimeProvider time) : IUsageStore
{
    // A batch is sent again within seconds, or never.
    private static readonly TimeSpan BatchKept = TimeSpan.FromHours(1);

    // An integer that overflows would become a real: the sum stays at the highest value instead.
    private const string AddRow = """
        INSERT INTO usage VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO UPDATE SET
            requests = min(requests, 9223372036854775807 - excluded.requests) + excluded.requests,
            input_tokens = min(input_tokens, 9223372036854775807 - excluded.input_tokens) + excluded.input_tokens,
            cached_input_tokens = min(cached_input_tokens, 9223372036854775807 - excluded.cached_input_tokens) + excluded.cached_input_tokens,
            cache_write_tokens = min(cache_write_tokens, 9223372036854775807 - excluded.cache_write_tokens) + excluded.cache_write_tokens,
            output_tokens = min(output_tokens, 9223372036854775807 - excluded.output_tokens) + excluded.output_tokens,
            cost_nano_usd = min(cost_nano_usd, 9223372036854775807 - excluded.cost_nano_usd) + excluded.cost_nano_usd,
            estimated_requests = min(estimated_requests, 9223372036854775807 - excluded.estimated_requests) + excluded.estimated_requests
        """;

    public Task AddAsync(Guid batch, IReadOnlyList<KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals>> rows, CancellationToken cancellationToken) =>
        database.RunAsync(connection => Add(connection, batch, rows), cancellationToken);

    // Day by day, so that budgets don't wait behind a long report.
    public async Task<IReadOnlyList<UsageRow>> ReadAsync(DateOnly from, DateOnly to, UsageGrouping by, CancellationToken cancellationToken)
    {
        var report = new UsageReport(by);
        for (var next = (long)from.DayNumber; ;)
        {
            var start = next;
            var rows = await database.RunAsync(connection => FirstDay(connection, start, to.DayNumber), cancellationToken);
            if (rows.Count == 0)
            {
                return report.ToRows();
            }

            foreach (var (key, day, totals) in rows)
            {
                report.Add(key, day, totals);
                next = day.DayNumber + 1L;
            }
        }
    }

    private bool Add(SqliteConnection connection, Guid batch, IReadOnlyList<KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals>> rows)
    {
        var now = time.GetUtcNow();
        if (connection.Execute("INSERT INTO usage_batches VALUES (?1, ?2) ON CONFLICT DO NOTHING", batch.ToByteArray(), now.ToUnixTimeSeconds()) == 0)
        {
            return false;
        }

        foreach (var ((key, day), totals) in rows)
        {
            connection.Execute(
                AddRow,
                day.DayNumber, key.VirtualKey, key.Provider, key.Model,
                totals.Requests, totals.InputTokens, totals.CachedInputTokens, totals.CacheWriteTokens, totals.OutputTokens, totals.CostNanoUsd, totals.EstimatedRequests);
        }

        connection.Execute("DELETE FROM usage_batches WHERE applied_at < ?1", (now - BatchKept).ToUnixTimeSeconds());
        connection.Execute("DELETE FROM usage WHERE day < ?1", DateOnly.FromDateTime(now.UtcDateTime).DayNumber - UsageReport.KeptDays);
        return true;
    }

    private static List<(UsageKey Key, DateOnly Day, UsageTotals Totals)> FirstDay(SqliteConnection connection, long from, long to) => connection.Rows(
        row => (
            new UsageKey(row.GetString(1), row.GetString(2), row.GetString(3)),
            DateOnly.FromDayNumber(row.GetInt32(0)),
            new UsageTotals
            {
                Requests = row.GetInt64(4),
                InputTokens = row.GetInt64(5),
                CachedInputTokens = row.GetInt64(6),
                CacheWriteTokens = row.GetInt64(7),
                OutputTokens = row.GetInt64(8),
                CostNanoUsd = row.GetInt64(9),
                EstimatedRequests = row.GetInt64(10),
            }),
        "SELECT * FROM usage WHERE day = (SELECT min(day) FROM usage WHERE day BETWEEN ?1 AND ?2)",
        from, to);
}
