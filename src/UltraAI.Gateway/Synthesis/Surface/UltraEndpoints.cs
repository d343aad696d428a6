using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Prompts;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Surface;

internal static class UltraEndpoints
{
    /// <summary>The feature /ultra.</summary>
    /// <exception cref="InvalidOperationException">A prompt's text does not fit the code.</exception>
    public static IServiceCollection AddUltra(this IServiceCollection services) => services
        .AddSingleton(new SynthesisPrompts())
        .AddSingleton<ChatVariants>()
        .AddSingleton<IInnerCalls, InnerCalls>()
        .AddSingleton<UltraMetrics>()
        .AddSingleton<RunServices>()
        .AddSingleton<RunPlanner>()
        .AddSingleton<RunRegistry>()
        .AddSingleton<RunLauncher>()
        .AddSingleton<UltraAccess>()
        .AddSingleton<UltraBody>()
        .AddSingleton<RunRequestReader>()
        .AddSingleton<RepeatedErrors>()
        .AddSingleton<ChatCompletions>()
        .AddSingleton<NativeRuns>()
        .AddSingleton<PresetPages>();

    /// <summary><c>/ultra/**</c>.</summary>
    public static void MapUltra(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var completions = services.GetRequiredService<ChatCompletions>();
        var runs = services.GetRequiredService<NativeRuns>();
        var pages = services.GetRequiredService<PresetPages>();
        Map(endpoints, ChatCompletions.Route, HttpMethods.Post, completions.HandleAsync);
        Map(endpoints, "/ultra/v1/models", HttpMethods.Get, pages.ModelsAsync);
        Map(endpoints, NativeRuns.Route, HttpMethods.Post, runs.HandleAsync);
        Map(endpoints, "/ultra/presets", HttpMethods.Get, pages.PresetsAsync);
        Map(endpoints, "/ultra/ready", HttpMethods.Get, pages.ReadyAsync);
        Map(endpoints, "/ultra/runs/{id}", HttpMethods.Delete, runs.CancelAsync);
    }

    private static void Map(IEndpointRouteBuilder endpoints, string pattern, string method, Func<HttpContext, VirtualKey, Task> handle) =>
        endpoints.MapMethods(pattern, [method], endpoints.ServiceProvider.GetRequiredService<UltraAccess>().Guard(handle));
}
