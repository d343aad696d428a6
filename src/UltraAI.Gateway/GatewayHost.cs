using System.Text;
using Microsoft.AspNetCore.Connections;
using OpenTelemetry.Trace;
using UltraAI.Gateway.Admin;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Dashboard;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Health;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Rehearsal;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Synthesis.Surface;
using UltraAI.Gateway.Telemetry;
using UltraAI.Gateway.Telemetry.Hot;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Shards;

namespace UltraAI.Gateway;

/// <summary>The composition root: which features there are, and in which order a request meets them.</summary>
internal static partial class GatewayHost
{
    private const string DefaultUrl = "http://localhost:8080";

    /// <param name="args">The command line without the command: <c>--config FILE</c>, <c>--Gateway:…=…</c>, <c>--urls …</c>.</param>
    /// <param name="configure">Called last, before the application is built.</param>
    /// <exception cref="ConfigurationException">The configuration has faults.</exception>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var app = BuildWithoutPipeline(args, configure, out var configuration);
        Map(app, configuration);
        LogStart(app.Logger, configuration);
        return app;
    }

    /// <summary>The same gateway with nothing from outside: no environment, no files, no console, no signals. It listens where <paramref name="configure"/> says.</summary>
    /// <param name="configuration">All of its configuration.</param>
    /// <param name="configure">Called last, before the application is built.</param>
    internal static WebApplication BuildIsolated(GatewayConfiguration configuration, Action<WebApplicationBuilder> configure)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production, ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        ConfigureServer(builder.WebHost);
        AddFeatures(builder, configuration);
        configure(builder);

        var app = builder.Build();
        Map(app, configuration);
        return app;
    }

    /// <summary>Runs until the process is told to stop.</summary>
    /// <param name="args">As for <see cref="Build"/>.</param>
    /// <param name="started">Called with the addresses once the gateway listens; may be null.</param>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(string[] args, Action<IEnumerable<string>>? started)
    {
        await using var app = BuildWithoutPipeline(args, configure: null, out var configuration);

        // Before anything of the gateway's own listens to metrics, which mapping /metrics begins with: they are the process's.
        await GatewayRehearsal.RunAsync(app.Services, configuration, BuildIsolated);
        Map(app, configuration);
        LogStart(app.Logger, configuration);
        await app.StartAsync();
        started?.Invoke(app.Urls);
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static WebApplication BuildWithoutPipeline(string[] args, Action<WebApplicationBuilder>? configure, out GatewayConfiguration configuration)
    {
        var arguments = GatewayArguments.Parse(args);
        var loader = new ConfigurationLoader(arguments);
        configuration = loader.Load();

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = arguments.HostArguments,
            ContentRootPath = AppContext.BaseDirectory,
        });
        ConfigureHost(builder, loader);
        ConfigureServer(builder.WebHost);
        if (configuration.AdminPort is { } adminPort)
        {
            AdminAddresses.Add(builder, adminPort);
        }

        AddFeatures(builder, configuration);
        builder.Services.AddConfigurationReloader(loader);
        configure?.Invoke(builder);
        return builder.Build();
    }

    private static void AddFeatures(WebApplicationBuilder builder, GatewayConfiguration configuration) => builder.Services
        .AddGatewayTelemetry(builder.Configuration, static spans => spans.AddProcessor<ShardNameRemover>())
        .AddSingleton<IMemoryPoolFactory<byte>, ServerBuffers>()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(ProviderKinds.OpenAI.ErrorRenderer)
        .AddSingleton<FaultHandler>()
        .AddGatewayConfiguration(configuration)
        .AddStorage(configuration.Store.Options, configuration.Store.RedisConnectionString, mayForget: !configuration.HasBudgets)
        .AddVirtualKeyStore(configuration.Store.Options.Kind)
        .AddVirtualKeys()
        .AddLimits(configuration.Store.Options)
        .AddBudgets(configuration.Store.Options.Kind)
        .AddUsageLedger(configuration.Store.Options.Kind)
        .AddTransport(configuration.Transport, configuration.Store.Options.Kind)
        .AddAdmission()
        .AddForwarding()
        .AddUltra()
        .AddHealth(configuration.AdminPort)
        .AddAdmin()
        .AddDashboard();

    private static void Map(WebApplication app, GatewayConfiguration configuration)
    {
        WithoutAuthorization(app);
        if (configuration.AdminPort is null)
        {
            app.UseMiddleware<ForwardingShortcut>();
        }

        app.UseMiddleware<AccessLogMiddleware>();
        app.UseMiddleware<RawTargetMiddleware>(); // before routing, which must see the raw path
        app.UseMiddleware<ServerRequestsMiddleware>();
        app.UseRouting();
        if (configuration.AdminPort is not null)
        {
            app.UseMiddleware<AdminPort>(); // for providers' routes too, so they all go the long way
        }

        app.UseMiddleware<OperatorGuard>();
        app.MapHealth();
        app.MapAdmin();
        app.MapDashboard();
        app.MapUltra();
        app.MapForwarding();
        app.MapFallback("{**path}", NotFoundAsync);
    }

    private static void ConfigureHost(WebApplicationBuilder builder, ConfigurationLoader loader)
    {
        // Below all other sources: environment and command line go over the files.
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Json.JsonStreamConfigurationSource
        {
            Stream = new MemoryStream(Encoding.UTF8.GetBytes(loader.HostSections.ToJsonString())),
        });
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null && builder.Configuration["https_ports"] is null
            && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.UseUtcTimestamp = true;
        });
        builder.Services.AddLogGuard();
        builder.WebHost.UseKestrelHttpsConfiguration();
    }

    private static void ConfigureServer(ConfigureWebHostBuilder host)
    {
        host.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = InlineScheduling.IsOn);
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.Use(static next => connection =>
            {
                connection.Features.Set(new ConnectionKey());
                return next(connection);
            }));

            // A body may be of any size and take any time; a call's own clock ends what does not move.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;

            // What a client may send ahead of a provider that does not take it; Kestrel's own is 1 MB, which 1,000 uploads make a GB.
            kestrel.Limits.MaxRequestBufferSize = 256 * 1024;
            kestrel.Limits.MinResponseDataRate = null;

            // All streams of a connection share its window: with Kestrel's own, 1 MB, two uploads that a provider does not take (768 KB
            // each) would hold up all others.
            kestrel.Limits.Http2.InitialConnectionWindowSize = 16 * 1024 * 1024;

            // Signed URLs and tool fields are long.
            kestrel.Limits.MaxRequestLineSize = 64 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 256 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 200;
            kestrel.Limits.Http2.MaxRequestHeaderFieldSize = 64 * 1024;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000; // one client process may hold that many streams

            // Bytes outside of ASCII pass as they are, both ways.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        });
    }

    // YARP's services bring authorization along, and WebApplication would then put its middleware before every endpoint by itself.
    // Ours is done by the virtual key; nothing here has an authorization policy.
    private static void WithoutAuthorization(IApplicationBuilder app) => app.Properties["__AuthorizationMiddlewareSet"] = true;

    private static Task NotFoundAsync(HttpContext context)
    {
        var renderer = context.RequestServices.GetRequiredService<IErrorRenderer>();
        return ErrorResponse.WriteAsync(
            context,
            new GatewayError(ErrorCode.NotFound, "There is nothing here. A provider's route begins with its name under Gateway:Providers, such as /openai/v1/models."),
            renderer);
    }

    private static void LogStart(ILogger logger, GatewayConfiguration configuration)
    {
        foreach (var provider in configuration.Providers.All.OrderBy(provider => provider.Name, StringComparer.Ordinal))
        {
            LogProvider(logger, provider.RoutePrefix, string.Join(", ", provider.Destinations.Select(destination => destination.BaseUrl)), provider.Credentials.Count == 0 ? "none" : string.Join(", ", provider.Credentials.Select(credential => credential.Name)));
        }

        foreach (var (provider, variable) in configuration.Off)
        {
            LogOff(logger, provider, variable);
        }

        if (configuration.Store.UnusedRedis is { } unused)
        {
            LogUnusedRedis(logger, unused);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Route}/** goes to {BaseUrl}/** with credential '{Credential}'", EventName = "ProviderOn")]
    private static partial void LogProvider(ILogger logger, string route, string baseUrl, string credential);

    [LoggerMessage(LogLevel.Warning, "Provider '{Provider}' is off: {Variable} is not set", EventName = "ProviderOff")]
    private static partial void LogOff(ILogger logger, string provider, string variable);

    [LoggerMessage(LogLevel.Warning, "Gateway:Store:{Option} is not used: Gateway:Store:Kind is Embedded, so nothing is shared with other instances. Set Kind to Redis, or take {Option} out", EventName = "RedisNotUsed")]
    private static partial void LogUnusedRedis(ILogger logger, string option);
}
