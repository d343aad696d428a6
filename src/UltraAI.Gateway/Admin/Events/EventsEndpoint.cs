using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Admin.Events;

/// <summary><c>GET /admin/events</c>: server-sent events, one frame a second.</summary>
internal sealed class EventsEndpoint(EventFeed feed, AdminGuard guard)
{
    private static readonly AdminProblem Full = AdminProblem.Of(
        new GatewayError(ErrorCode.QueueFull, $"{EventFeed.MaxListeners} listen already, as many as may, or this gateway is shutting down.")
        {
            RetryAfter = TimeSpan.FromSeconds(5),
        });

    public async Task GetAsync(HttpContext context)
    {
        using var listener = feed.TryListen();
        if (listener is null)
        {
            await Full.WriteAsync(context);
            return;
        }

        var response = context.Response;
        response.ContentType = "text/event-stream";

        // Proxies such as nginx hold events back otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, listener.Lost);
        try
        {
            // The browser is to know at once that it is connected; the next frame may be a second away.
            await response.Body.FlushAsync(ends.Token);
            await foreach (var frame in listener.Frames.ReadAllAsync(ends.Token))
            {
                // Whoever signs out, has left the dashboard alone, or holds a token that is not the one any more, has seen the last frame.
                if (guard.CheckAgain(context) is not null)
                {
                    return;
                }

                await response.Body.WriteAsync(frame, ends.Token);
                await response.Body.FlushAsync(ends.Token);
                listener.Took();
            }
        }
        catch (OperationCanceledException)
        {
            // It has left, or takes nothing.
            context.Abort();
        }
    }
}
