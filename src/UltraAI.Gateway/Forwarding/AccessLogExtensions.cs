using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

internal static class AccessLogExtensions
{
    /// <summary>Writes the line of a request that <see cref="ForwardingShortcut"/> took past the middleware.</summary>
    /// <param name="log">The log, which is on.</param>
    /// <param name="context">The request.</param>
    /// <param name="provider">Whose route it came by.</param>
    /// <param name="ended">When it ended.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="forwarded">The request, settled; null if it did not become a call.</param>
    public static void WriteEnd(this AccessLog log, HttpContext context, Provider provider, DateTimeOffset ended, TimeSpan duration, ForwardedRequest? forwarded)
    {
        // One that was refused has an entry already.
        var entry = (forwarded is null ? AccessEntry.Of(context) : null) ?? AccessLog.Blank();
        entry.At = ended - duration;
        entry.Duration = duration;
        entry.Provider = provider.Name;
        entry.Method = context.Request.Method;
        entry.Target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        entry.RequestBytes = forwarded is null ? context.Request.ContentLength : forwarded.RequestBytes;
        entry.TakeAnswer(context.Response, forwarded);
        log.Write(entry);
    }
}
