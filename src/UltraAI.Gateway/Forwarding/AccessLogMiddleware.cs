using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Stands first, and gives every request but those for health and metrics a line in the access log, if that is on.</summary>
internal sealed class AccessLogMiddleware(RequestDelegate next, AccessLog log, TimeProvider time)
{
    // One look when it is off.
    public Task InvokeAsync(HttpContext context)
    {
        if (!log.IsOn)
        {
            return next(context);
        }

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return IsWatching(target) ? next(context) : LogAsync(context, target);
    }

    /// <summary>Writes the line of a request that has ended, and whose duration is known.</summary>
    public static void End(AccessLog log, AccessEntry entry, HttpContext context, ForwardedRequest? forwarded)
    {
        var response = context.Response;
        entry.Status = response.StatusCode;
        entry.RequestId = response.Headers[ErrorResponse.RequestIdField];
        entry.Error = response.Headers[ErrorResponse.CodeField];
        if (forwarded is not null)
        {
            Take(entry, forwarded);
        }

        entry.ResponseBytes ??= response.ContentLength;
        context.Features.Set<AccessEntry>(null);
        log.Write(entry);
    }

    // By what the request is routed by: Kestrel's own path of /openai/../health/live is another one.
    private static bool IsWatching(string target) =>
        target.StartsWith("/health/", StringComparison.Ordinal) || target == "/metrics" || target.StartsWith("/metrics?", StringComparison.Ordinal);

    private Task LogAsync(HttpContext context, string target)
    {
        var entry = log.Rent();
        entry.Began = time.GetTimestamp();
        entry.At = time.GetUtcNow();
        entry.Method = context.Request.Method;
        entry.Target = target;
        entry.RequestBytes = context.Request.ContentLength;
        context.Features.Set(entry);
        Task handled;
        try
        {
            handled = next(context);
        }
        catch
        {
            if (AccessEntry.Of(context) is not null)
            {
                entry.Duration = time.GetElapsedTime(entry.Began);
                End(log, entry, context, null);
            }

            throw;
        }

        // A forwarded request has an async method that ends it anyway; another one around it would only cost.
        return entry.EndsItself ? handled : AwaitAsync(handled, entry, context);
    }

    private async Task AwaitAsync(Task handled, AccessEntry entry, HttpContext context)
    {
        try
        {
            await handled;
        }
        finally
        {
            // It may have become known only later that it ends itself; the entry is another request's by now.
            if (AccessEntry.Of(context) is not null)
            {
                entry.Duration = time.GetElapsedTime(entry.Began);
                End(log, entry, context, null);
            }
        }
    }

    private static void Take(AccessEntry entry, ForwardedRequest request)
    {
        var call = request.Call;
        entry.Key = request.Key.Name;
        entry.Provider = request.Provider.Name;
        entry.Model = call.Facts?.Model;
        entry.Outcome = TransportMetrics.NameOf(call.Outcome);
        entry.FirstChunk = call.FirstByteAfter;
        entry.RequestBytes ??= call.Facts?.BodyBytes;
        entry.ResponseBytes = call.StatusCode == 0 ? null : call.ResponseBytes;
        (entry.InputTokens, entry.OutputTokens, entry.NanoUsd, entry.IsEstimated) = request.Charge;
        entry.Credential = call.Credential?.Name;
        entry.Destination = call.Destination?.Name;
    }
}
