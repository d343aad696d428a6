using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Telemetry.Access;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Gives every request but those for health and metrics a line in the access log, if that is on.</summary>
/// <remarks>Comes after <see cref="ForwardingShortcut"/>: what that takes has its line from <see cref="ForwardingHandler"/>.</remarks>
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

    // By what the request is routed by: Kestrel's own path of /openai/../health/live is another one.
    private static bool IsWatching(string target) =>
        target.StartsWith("/health/", StringComparison.Ordinal) || target == "/metrics" || target.StartsWith("/metrics?", StringComparison.Ordinal);

    private async Task LogAsync(HttpContext context, string target)
    {
        var began = time.GetTimestamp();
        var entry = new AccessEntry
        {
            At = time.GetUtcNow(),
            Method = context.Request.Method,
            Target = target,
            RequestBytes = context.Request.ContentLength,
        };
        context.Features.Set(entry);
        try
        {
            await next(context);
        }
        finally
        {
            entry.Duration = time.GetElapsedTime(began);
            entry.TakeAnswer(context.Response, ForwardedRequest.TryGet(context, out var forwarded) ? forwarded : null);
            log.Write(entry);
        }
    }
}
