using System.Buffers;
using System.Globalization;
using System.Text.Json;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>Writes whole answers of /ultra.</summary>
internal static class UltraResponse
{
    public const string RunIdField = "x-ultraai-run-id";
    public const string StatusField = "x-ultraai-status";
    public const string DegradedField = "x-ultraai-degraded";

    /// <summary>Says that this is the error of an earlier request that was the same.</summary>
    public const string RepeatedField = "x-ultraai-repeated";

    /// <summary>Writes an error that an earlier request ended with.</summary>
    public static Task RepeatAsync(HttpContext context, UltraError error)
    {
        context.Response.Headers[RepeatedField] = "true";
        return WriteAsync(context, error);
    }

    public static Task WriteAsync(HttpContext context, UltraError error)
    {
        var response = context.Response;
        response.Headers[ErrorResponse.CodeField] = error.Code;
        response.Headers[ErrorResponse.ShouldRetryField] = error.MayRetry ? "true" : "false";
        if (error.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (error.RunId is { } run)
        {
            response.Headers[RunIdField] = run;
        }

        return WriteAsync(context, error.Status, json => UltraErrorWriter.Write(json, error));
    }

    /// <summary>Answers for a run that was cancelled: to whoever waits still, in words; an SDK would take a broken connection for a reason to start the run again.</summary>
    public static Task CancelledAsync(HttpContext context)
    {
        if (!context.RequestAborted.IsCancellationRequested)
        {
            return WriteAsync(context, UltraError.Cancelled(context.Response.Headers[RunIdField].ToString()));
        }

        context.Abort();
        return Task.CompletedTask;
    }

    public static Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, RunJson.Options))
        {
            write(json);
        }

        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = buffer.WrittenCount;
        response.Headers.CacheControl = "no-store";
        return response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted).AsTask();
    }

    /// <summary>The fields of an answer that is not streamed.</summary>
    public static void WriteFields(IHeaderDictionary fields, RunReport report)
    {
        fields[RunIdField] = report.Plan.Id;
        fields[StatusField] = report.Status;
        if (report.Degraded.Count > 0)
        {
            fields[DegradedField] = string.Join(",", report.Degraded.Select(code => code.Name()));
        }
    }
}
