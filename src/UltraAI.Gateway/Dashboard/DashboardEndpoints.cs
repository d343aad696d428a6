using UltraAI.Gateway.Admin;
using UltraAI.Gateway.Health;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Synthesis.Surface;

namespace UltraAI.Gateway.Dashboard;

internal static class DashboardEndpoints
{
    public static IServiceCollection AddDashboard(this IServiceCollection services) => services
        .AddSingleton<PageFiles>()
        .AddSingleton<PageEndpoint>()
        .AddSingleton<SessionEndpoint>();

    /// <summary><c>/dashboard/**</c>: the pages, signing in, and <c>/ultra</c> under a virtual key that the operator names.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var guard = services.GetRequiredService<AdminGuard>();
        var ultra = services.GetRequiredService<UltraAccess>();
        var runs = services.GetRequiredService<NativeRuns>();
        var session = services.GetRequiredService<SessionEndpoint>();
        var pages = services.GetRequiredService<PageEndpoint>();
        Map("/dashboard/session", _ => guard.CheckIsOn(), (HttpMethods.Post, session.BeginAsync), (HttpMethods.Get, Guarded(session.ShowAsync)), (HttpMethods.Delete, Guarded(session.EndAsync)));
        MapUltra("/dashboard/ultra", HttpMethods.Post, runs.HandleAsync);
        MapUltra("/dashboard/ultra/presets", HttpMethods.Get, services.GetRequiredService<PresetPages>().PresetsAsync);
        MapUltra("/dashboard/ultra/runs/{id}", HttpMethods.Delete, runs.CancelAsync);

        // The pages hold nothing that is secret; who opens them can't do more than sign in.
        Map("/dashboard/{**path}", _ => guard.CheckIsOn(), (HttpMethods.Get, pages.GetAsync));

        void MapUltra(string pattern, string method, Func<HttpContext, VirtualKey, Task> handle) => Map(pattern, guard.Check, (method, ultra.GuardNamed(handle)));

        void Map(string pattern, Func<HttpContext, AdminProblem?> check, params (string Method, RequestDelegate Handle)[] methods)
        {
            var endpoint = new AdminEndpoint(check, methods);
            endpoints.Map(pattern, context =>
            {
                PageSecurity.Apply(context.Response.Headers);
                return endpoint.InvokeAsync(context);
            }).WithMetadata(ServedOn.AdminPort);
        }

        RequestDelegate Guarded(RequestDelegate handle) => context => guard.Check(context) is { } refusal ? refusal.WriteAsync(context) : handle(context);
    }
}
