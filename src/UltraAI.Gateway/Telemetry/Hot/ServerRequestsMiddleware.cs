using Microsoft.AspNetCore.Http.Metadata;

namespace UltraAI.Gateway.Telemetry.Hot;

/// <summary>Times the requests that nothing else times: all but the plain ones to providers, which have an async method for it already.</summary>
internal sealed class ServerRequestsMiddleware(RequestDelegate next, ServerRequests requests)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var running = requests.Start(context);
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            requests.End(context, running, RouteOf(context), exception);
            throw;
        }

        requests.End(context, running, RouteOf(context));
    }

    private static string? RouteOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route;
}
