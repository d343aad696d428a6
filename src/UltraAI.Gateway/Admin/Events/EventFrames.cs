using System.Buffers;
using System.Text.Json;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Health;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Synthesis.Surface;

namespace UltraAI.Gateway.Admin.Events;

/// <summary>Makes frames, one at a time.</summary>
internal interface IEventFrames
{
    /// <summary>Frames begin again: what came since the last one long ago is not of the last second.</summary>
    void Restart();

    /// <returns>The bytes of one event.</returns>
    ReadOnlyMemory<byte> Next();
}

/// <summary>Makes the frames of <c>GET /admin/events</c>: what the dashboard draws.</summary>
internal sealed class EventFrames(
    ProviderReports reports, UsageLedger ledger, RunRegistry runs, LimitMetrics limits, ConfigurationStore configuration, ProcessLoad process, TimeProvider time)
    : IEventFrames
{
    /// <summary>Most keys in a frame: those with the most requests.</summary>
    public const int MaxKeys = 50;

    // Seconds whose calls the percentiles are taken of.
    private const int Recent = 10;

    private static readonly string Version = typeof(EventFrames).Assembly.GetName().Version?.ToString(3) ?? "";

    private readonly ArrayBufferWriter<byte> _buffer = new(8192);
    private readonly Dictionary<string, long> _before = new(StringComparer.Ordinal);

    public void Restart()
    {
        _before.Clear();
        process.Restart();
    }

    public ReadOnlyMemory<byte> Next()
    {
        _buffer.ResetWrittenCount();
        _buffer.Write("event: frame\ndata: "u8);
        using (var json = new Utf8JsonWriter(_buffer))
        {
            Write(json);
        }

        _buffer.Write("\n\n"u8);
        return _buffer.WrittenSpan.ToArray();
    }

    private void Write(Utf8JsonWriter json)
    {
        var usage = ledger.ReadSinceStart();
        json.WriteStartObject();
        json.WriteTime("at", time.GetUtcNow());
        json.WriteString("instance"u8, Environment.MachineName);
        json.WriteString("version"u8, Version);
        json.WriteNumber("uptime_seconds"u8, (long)process.Uptime.TotalSeconds);
        json.WriteStartArray("providers"u8);
        foreach (var report in reports.Read(usage))
        {
            WriteProvider(json, report);
        }

        json.WriteEndArray();
        WriteKeys(json, usage);
        json.WriteStartObject("ultra"u8);
        json.WriteNumber("active_runs"u8, runs.Count);
        json.WriteEndObject();
        process.Write(json);
        json.WriteStartObject("store"u8);
        json.WriteString("kind"u8, configuration.Current.Store.Options.Kind.ToString().ToLowerInvariant());
        json.WriteBoolean("available"u8, limits.IsStoreAvailable);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteProvider(Utf8JsonWriter json, ProviderReport report)
    {
        var recent = report.Counts.Last(Recent);
        var total = report.Counts.SinceStart();
        var before = _before.GetValueOrDefault(report.Provider.Name, total);
        _before[report.Provider.Name] = total;
        json.WriteStartObject();
        ProviderReports.WriteState(json, report);
        ProviderReports.WriteOutcomes(json, "requests_total"u8, report.Counts.SinceStart);
        json.WriteNumber("requests"u8, total - before);
        ProviderReports.WritePercentiles(json, "latency_ms"u8, recent.Latency);
        ProviderReports.WritePercentiles(json, "time_to_first_chunk_ms"u8, recent.FirstChunk);
        ProviderReports.WriteWaits(json, recent);
        json.WriteEndObject();
    }

    private static void WriteKeys(Utf8JsonWriter json, UsageSinceStart usage)
    {
        json.WriteStartArray("keys"u8);
        foreach (var (name, totals) in usage.Keys.OrderByDescending(key => key.Value.Requests).ThenBy(key => key.Key, StringComparer.Ordinal).Take(MaxKeys))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteNumber("requests_total"u8, totals.Requests);
            json.WriteNumber("input_tokens"u8, totals.InputTokens);
            json.WriteNumber("output_tokens"u8, totals.OutputTokens);
            json.WriteUsd("cost_usd", totals.CostNanoUsd);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
