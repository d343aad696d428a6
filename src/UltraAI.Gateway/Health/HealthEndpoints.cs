using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Telemetry.Hot;

namespace UltraAI.Gateway.Health;

internal static class HealthEndpoints
{
    public static IServiceCollection AddHealth(this IServiceCollection services, int? adminPort) => services
        .AddSingleton(new AdminPortNumber(adminPort))
        .AddSingleton<AdminSessions>()
        .AddSingleton<SessionCookie>()
        .AddSingleton<ProviderReports>()
        .AddSingleton<ProviderHealth>()
        .AddHostedService<DrainService>();

    /// <summary><c>/health/live</c>, <c>/health/ready</c> for everybody; <c>/health/providers</c> and <c>/metrics</c> for operators.</summary>
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        endpoints.MapMethods("/health/live", methods, static context => WriteAsync(context, StatusCodes.Status200OK, "ok")).WithMetadata(ServedOn.EveryPort);
        endpoints.MapMethods("/health/ready", methods, static context =>
            context.RequestServices.GetRequiredService<DrainState>().IsStopping
                ? WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "draining")
                : WriteAsync(context, StatusCodes.Status200OK, "ok")).WithMetadata(ServedOn.EveryPort);
        endpoints.MapMethods("/health/providers", methods, endpoints.ServiceProvider.GetRequiredService<ProviderHealth>().GetAsync).WithMetadata(OperatorOnly.Instance, ServedOn.AdminPort);
        endpoints.MapPrometheusScrapingEndpoint("/metrics", meterProvider: null, static branch => branch.UseMiddleware<HotHistogramsMiddleware>(), optionsName: null)
            .WithMetadata(OperatorOnly.Instance, ServedOn.AdminPort);
    }

    private static Task WriteAsync(HttpContext context, int statusCode, string status)
    {
        var body = $$"""{"status":"{{status}}"}""";
        context.Response.StatusCode = statusCode;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(body, context.RequestAborted);
    }
}
