using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Metering.Content;

/// <summary>Writes the content log, away from the requests, with every known secret masked.</summary>
internal sealed partial class ContentLogWriter(ContentLog log, ISecretMask mask, TimeProvider time, ILogger<ContentLogWriter> logger) : BackgroundService
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private readonly ArrayBufferWriter<byte> _line = new();
    private long? _warnedAt;

    /// <summary>Writes what is there, as long as the host has time.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        log.Complete();
        if (ExecuteTask is { } writing)
        {
            await writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var output = new LineOutput(time);
        await foreach (var sample in log.Waiting.ReadAllAsync(CancellationToken.None))
        {
            var settings = log.Settings;
            if (settings.Target == LogTarget.Off)
            {
                continue;
            }

            try
            {
                _line.ResetWrittenCount();
                Write(sample);
                await output.WriteAsync(_line.WrittenMemory, settings.Target, settings.Path);
            }
            catch (Exception exception)
            {
                // Whatever it was, the next sample may be written.
                log.Drop();
                if (_warnedAt is not { } last || time.GetElapsedTime(last) > BetweenWarnings)
                {
                    _warnedAt = time.GetTimestamp();
                    LogNotWritten(settings.Path ?? "standard output", LineOutput.ReasonOf(exception));
                }
            }
        }
    }

    private void Write(ContentSample sample)
    {
        var isRequestCut = sample.IsRequestCut;
        var isResponseCut = sample.IsResponseCut;
        var request = sample.IsRequestStreamed ? null : ContentText.Of(sample.Request, type: null, encoding: null, sample.Most, ref isRequestCut);
        var response = ContentText.Of(sample.Response, sample.ResponseType, sample.ResponseEncoding, sample.Most, ref isResponseCut);
        using (var json = new Utf8JsonWriter(_line, Json))
        {
            json.WriteStartObject();
            json.WriteString("time"u8, sample.At.UtcDateTime);
            json.WriteString("request_id"u8, sample.RequestId);
            json.WriteString("key"u8, sample.Key);
            json.WriteString("provider"u8, sample.Provider);
            json.WriteString("model"u8, sample.Model is null ? null : mask.Mask(sample.Model));
            json.WriteNumber("status"u8, sample.Status);
            json.WriteString("outcome"u8, sample.Outcome);
            json.WriteString("request"u8, request is null ? null : mask.Mask(request));
            json.WriteBoolean("request_cut"u8, isRequestCut);
            json.WriteString("response"u8, response is null ? null : mask.Mask(response));
            json.WriteBoolean("response_cut"u8, isResponseCut);
            json.WriteEndObject();
        }

        _line.Write("\n"u8);
    }

    [LoggerMessage(LogLevel.Warning, "The content log can't be written to {Path}: {Reason}; samples are dropped and counted", EventName = "ContentLogNotWritten")]
    private partial void LogNotWritten(string path, string reason);
}
