using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Admin;

internal static partial class AdminEndpoints
{
    /// <summary>The admin API. Reads and writes an <c>IVirtualKeyStore</c>, reads an <c>IUsageStore</c> and an <c>IBudgets</c>.</summary>
    public static IServiceCollection AddAdmin(this IServiceCollection services) => services
        .AddSingleton<AdminAttempts>()
        .AddSingleton<AdminGuard>()
        .AddSingleton<AdminAudit>()
        .AddSingleton<KeyAdministration>()
        .AddSingleton<KeyUsage>()
        .AddSingleton<KeyEndpoints>()
        .AddSingleton<UsageEndpoint>();

    /// <summary><c>/admin/**</c>; without an admin token all of it answers 404.</summary>
    public static void MapAdmin(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var keys = services.GetRequiredService<KeyEndpoints>();
        var usage = services.GetRequiredService<UsageEndpoint>();
        Map(endpoints, "/admin/keys", (HttpMethods.Get, keys.ListAsync), (HttpMethods.Post, keys.CreateAsync));
        Map(endpoints, "/admin/keys/{name}", (HttpMethods.Get, keys.GetAsync), (HttpMethods.Patch, keys.ChangeAsync), (HttpMethods.Delete, keys.DeleteAsync));
        Map(endpoints, "/admin/keys/{name}/rotate", (HttpMethods.Post, keys.RotateAsync));
        Map(endpoints, "/admin/usage", (HttpMethods.Get, usage.GetAsync));
        Map(endpoints, "/admin/{**path}");
        LogState(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(AdminEndpoints).FullName!), services.GetRequiredService<IAdminAccessSource>().Admin.HasToken);
    }

    private static void Map(IEndpointRouteBuilder endpoints, string pattern, params (string Method, RequestDelegate Handle)[] methods) =>
        endpoints.Map(pattern, new AdminEndpoint(methods).InvokeAsync);

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

    [LoggerMessage(LogLevel.Information, "The admin API is on, under /admin", EventName = "AdminOn")]
    private static partial void LogOn(ILogger logger);

    [LoggerMessage(LogLevel.Information, "The admin API is off, /admin answers 404; an admin token turns it on: Gateway:Admin:TokenEnv names the environment variable that holds it", EventName = "AdminOff")]
    private static partial void LogOff(ILogger logger);
}
