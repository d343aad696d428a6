using System.Globalization;
using System.Text;

namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>What only this client knows, beside NBomber's own report: first chunks, stalls, the gateway's error codes, connections.</summary>
public static class LoadReport
{
    /// <summary>Names and values, in the order in which they are shown.</summary>
    public static IReadOnlyList<(string Name, string Value)> Rows(LoadOptions options, LoadTally tally, long connections)
    {
        var rows = new List<(string, string)>
        {
            ("scenario", options.Scenario.ToString().ToLowerInvariant()),
            ("requests", Text(tally.Total)),
            ("requests_begun_per_second", Text(tally.Begun / options.Duration.TotalSeconds)),
            ("failed", Text(tally.Failed)),
            ("bytes", Text(tally.Bytes)),
            ("connections_opened", Text(connections)),
        };
        Percentiles(rows, "time", tally.Times);
        if (tally.Chunks > 0)
        {
            Percentiles(rows, "first_chunk", tally.FirstChunks);
            rows.Add(("chunks", Text(tally.Chunks)));
            rows.Add(("stalls", Text(tally.Stalls)));
            rows.Add(("longest_gap_ms", Text(tally.LongestGap.TotalMilliseconds)));
        }

        foreach (var (code, count) in tally.Codes.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            rows.Add(("code_" + code, Text(count)));
        }

        if (options is { Scenario: LoadScenario.Governance, RequestsPerMinute: { } perMinute })
        {
            rows.Add(("worst_excess_over_limit", Text(AdmissionRace.WorstExcess(tally.Admitted, perMinute, options.RequestBurst ?? perMinute))));
        }

        return rows;
    }

    /// <summary>As a table for a terminal.</summary>
    public static string Table(IReadOnlyList<(string Name, string Value)> rows)
    {
        var width = rows.Max(row => row.Name.Length);
        return string.Concat(rows.Select(row => $"  {row.Name.PadRight(width)}  {row.Value}\n"));
    }

    /// <summary>As a file of two columns.</summary>
    public static string Csv(IReadOnlyList<(string Name, string Value)> rows)
    {
        var text = new StringBuilder("name,value\n");
        foreach (var (name, value) in rows)
        {
            text.Append(name).Append(',').Append(value).Append('\n');
        }

        return text.ToString();
    }

    private static void Percentiles(List<(string, string)> rows, string name, LatencyHistogram times)
    {
        foreach (var share in new[] { 0.5, 0.95, 0.99 })
        {
            rows.Add((string.Create(CultureInfo.InvariantCulture, $"{name}_p{share * 100:F0}_ms"), Text(times.Percentile(share).TotalMilliseconds)));
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
