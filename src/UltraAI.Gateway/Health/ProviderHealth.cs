using System.Buffers;
using System.Text.Json;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Health;

/// <summary><c>GET /health/providers</c>: each provider since start, over the last minute and now. No secrets.</summary>
internal sealed class ProviderHealth(ProviderReports reports, UsageLedger ledger)
{
    public async Task GetAsync(HttpContext context)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json);
        }

        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = buffer.WrittenCount;
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("providers"u8);
        foreach (var report in reports.Read(ledger.ReadSinceStart()))
        {
            var minute = report.Counts.Last(CallCounts.Remembered);
            json.WriteStartObject();
            ProviderReports.WriteState(json, report);
            ProviderReports.WriteOutcomes(json, "since_start"u8, report.Counts.SinceStart);
            json.WriteStartObject("last_minute"u8);
            ProviderReports.WriteOutcomes(json, "requests"u8, outcome => minute.Of(outcome));
            ProviderReports.WritePercentiles(json, "latency_ms"u8, minute.Latency);
            ProviderReports.WritePercentiles(json, "time_to_first_chunk_ms"u8, minute.FirstChunk);
            ProviderReports.WriteWaits(json, minute);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
