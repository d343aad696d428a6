using System.Globalization;
using StackExchange.Redis;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Metering;

/// <summary>The ledger in Redis: a hash per day, with a field per key, provider, model and counter.</summary>
internal sealed class RedisUsageStore(RedisConnection redis, TimeProvider time) : IUsageStore
{
    // A batch is sent again until Redis is back; a day is longer than anybody leaves it away.
    private const int BatchKeptSeconds = 86_400;
    private const int PageSize = 1000;
    private const char Separator = '\n';

    private static readonly string AddScript = EmbeddedScript.Read("UsageAdd");

    public async Task AddAsync(Guid batch, IReadOnlyList<KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals>> rows, CancellationToken cancellationToken)
    {
        var keys = new List<RedisKey> { redis.Name($"usage-batch:{batch:N}") };
        var values = new List<RedisValue> { BatchKeptSeconds };
        var days = new Dictionary<DateOnly, int>();
        foreach (var ((_, day), _) in rows)
        {
            if (days.TryAdd(day, keys.Count + 1))
            {
                keys.Add(NameOf(day));
                values.Add(new DateTimeOffset(day.AddDays(UsageReport.KeptDays + 1), TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds());
            }
        }

        foreach (var ((key, day), totals) in rows)
        {
            values.AddRange(
            [
                days[day], $"{key.VirtualKey}{Separator}{key.Provider}{Separator}{key.Model}{Separator}",
                totals.Requests, totals.InputTokens, totals.CachedInputTokens, totals.CacheWriteTokens, totals.OutputTokens, totals.CostNanoUsd, totals.EstimatedRequests,
            ]);
        }

        await redis.AskAsync(database => database.ScriptEvaluateAsync(AddScript, [.. keys], [.. values]), cancellationToken);
    }

    public async Task<IReadOnlyList<UsageRow>> ReadAsync(DateOnly from, DateOnly to, UsageGrouping by, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).DayNumber;
        var report = new UsageReport(by);
        var last = Math.Min(to.DayNumber, today + 1); // clocks of instances may differ
        for (var day = Math.Max(from.DayNumber, today - UsageReport.KeptDays); day <= last; day++)
        {
            await ReadDayAsync(DateOnly.FromDayNumber(day), report, cancellationToken);
        }

        return report.ToRows();
    }

    // In pages, so that nobody waits behind a long report. A field may come twice, so they are collected first:
    // https://redis.io/docs/latest/commands/scan/#scan-guarantees
    private async Task ReadDayAsync(DateOnly day, UsageReport report, CancellationToken cancellationToken)
    {
        var fields = await redis.AskAsync(
            async database =>
            {
                var fields = new Dictionary<string, long>(StringComparer.Ordinal);
                await foreach (var entry in database.HashScanAsync(NameOf(day), pageSize: PageSize).WithCancellation(cancellationToken))
                {
                    fields[entry.Name.ToString()] = (long)entry.Value;
                }

                return fields;
            },
            cancellationToken);
        foreach (var (field, value) in fields)
        {
            var end = field.LastIndexOf(Separator);
            var parts = field[..end].Split(Separator, 3);
            report.Add(new UsageKey(parts[0], parts[1], parts[2]), day, Counter(int.Parse(field.AsSpan(end + 1), CultureInfo.InvariantCulture), value));
        }
    }

    // The order in which AddAsync writes them.
    private static UsageTotals Counter(int number, long value) => number switch
    {
        1 => new UsageTotals { Requests = value },
        2 => new UsageTotals { InputTokens = value },
        3 => new UsageTotals { CachedInputTokens = value },
        4 => new UsageTotals { CacheWriteTokens = value },
        5 => new UsageTotals { OutputTokens = value },
        6 => new UsageTotals { CostNanoUsd = value },
        7 => new UsageTotals { EstimatedRequests = value },
        _ => default,
    };

    private RedisKey NameOf(DateOnly day) => redis.Name("usage:" + day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}
