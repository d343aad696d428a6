using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Stands first, and gives every request but those for health and metrics a line in the access log, if that is on.</summary>
internal sealed class AccessLogMiddleware(RequestDelegate next, AccessLog log, TimeProvider time)
{
    // One look when it is off.
    public Task InvokeAsync(HttpContext context) => log.IsOn && !IsWatching(context.Request.Path) ? LogAsync(context) : next(context);

    private static bool IsWatching(PathString path) => path.StartsWithSegments("/health") || path.StartsWithSegments("/metrics");

    private async Task LogAsync(HttpContext context)
    {
        var entry = log.Rent();
        var start = time.GetTimestamp();
        entry.At = time.GetUtcNow();
        entry.Method = context.Request.Method;
        entry.Target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        entry.RequestBytes = context.Request.ContentLength;
        context.Features.Set(entry);
        try
        {
            await next(context);
        }
        finally
        {
            var response = context.Response;
            entry.Duration = time.GetElapsedTime(start);
            entry.Status = response.StatusCode;
            entry.RequestId = response.Headers[ErrorResponse.RequestIdField];
            entry.Error = response.Headers[ErrorResponse.CodeField];
            if (ForwardedRequest.TryGet(context, out var forwarded))
            {
                Take(entry, forwarded);
            }

            entry.ResponseBytes ??= response.ContentLength;
            context.Features.Set<AccessEntry>(null);
            log.Write(entry);
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
        entry.InputTokens = request.Charge.Usage.Input;
        entry.OutputTokens = request.Charge.Usage.Output;
        entry.NanoUsd = request.Charge.NanoUsd;
        entry.IsEstimated = request.Charge.IsEstimated;
        entry.Credential = call.Credential?.Name;
        entry.Destination = call.Destination?.Name;
    }
}
