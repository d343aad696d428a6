using UltraAI.Gateway.Admin.Events;
using UltraAI.Gateway.Health;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Admin;

internal static partial class AdminEndpoints
{
    /// <summary>The admin API. Reads and writes an <c>IVirtualKeyStore</c>, reads an <c>IUsageStore</c> and an <c>IBudgets</c>, and shows what goes on.</summary>
    public static IServiceCollection AddAdmin(this IServiceCollection services) => services
        .AddSingleton<AdminAttempts>()
        .AddSingleton<AdminGuard>()
        .AddSingleton<AdminAudit>()
        .AddSingleton<KeyAdministration>()
        .AddSingleton<KeyUsage>()
        .AddSingleton<KeyEndpoints>()
        .AddSingleton<UsageEndpoint>()
        .AddSingleton<ProcessLoad>()
        .AddSingleton<IEventFrames, EventFrames>()
        .AddSingleton<EventFeed>()
        .AddSingleton<EventsEndpoint>();

    /// <summary><c>/admin/**</c>; without an admin token all of it answers 404.</summary>
    public static void MapAdmin(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var keys = services.GetRequiredService<KeyEndpoints>();
        var usage = services.GetRequiredService<UsageEndpoint>();
        var guard = services.GetRequiredService<AdminGuard>();
        Map("/admin/keys", (HttpMethods.Get, keys.ListAsync), (HttpMethods.Post, keys.CreateAsync));
        Map("/admin/keys/{name}", (HttpMethods.Get, keys.GetAsync), (HttpMethods.Patch, keys.ChangeAsync), (HttpMethods.Delete, keys.DeleteAsync));
        Map("/admin/keys/{name}/rotate", (HttpMethods.Post, keys.RotateAsync));
        Map("/admin/usage", (HttpMethods.Get, usage.GetAsync));
        Map("/admin/events", (HttpMethods.Get, services.GetRequiredService<EventsEndpoint>().GetAsync));
        Map("/admin/{**path}");
        LogState(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(AdminEndpoints).FullName!), services.GetRequiredService<IAdminAccessSource>().Admin.HasToken);

        void Map(string pattern, params (string Method, RequestDelegate Handle)[] methods) =>
            endpoints.Map(pattern, new AdminEndpoint(guard.Check, methods).InvokeAsync).WithMetadata(ServedOn.AdminPort);
    }

    private static void LogState(ILogger logger, bool isOn)
    {
        if (isOn)
        {
            LogOn(logger);
        }
        else
        {
            LogOff(logger);
        }
    }

    [LoggerMessage(LogLevel.Information, "The admin API and the dashboard are on, under /admin and /dashboard/", EventName = "AdminOn")]
    private static partial void LogOn(ILogger logger);

    [LoggerMessage(LogLevel.Information, "The admin API and the dashboard are off, /admin and /dashboard answer 404; an admin token turns them on: Gateway:Admin:TokenEnv names the environment variable that holds it", EventName = "AdminOff")]
    private static partial void LogOff(ILogger logger);
}
