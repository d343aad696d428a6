using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Metrics;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Rehearsal;

/// <summary>Makes a gateway with all of its configuration, and nothing from outside.</summary>
internal delegate WebApplication BuildGateway(GatewayConfiguration configuration, Action<WebApplicationBuilder> configure);

/// <summary>Lets a gateway that is thrown away serve a few calls before the real one listens, so that no client waits while their code is compiled.</summary>
/// <remarks>
/// It shares the process's one handler with the real gateway, and nothing else. Both ends of its calls are on 127.0.0.1. It must be
/// over before the real gateway's metrics are made: the runtime's instruments are the process's. A rehearsal that fails delays the start and nothing else.
/// </remarks>
internal sealed partial class GatewayRehearsal(SharedHttpHandler handler, BuildGateway build, TimeProvider time, ILogger<GatewayRehearsal> logger)
{
    // After the first the calls are given up; what is left of the second is for the end.
    private static readonly TimeSpan CallsLimit = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    // One after the other: side by side, two threads compile the same code.
    private static readonly RehearsalCall[] Calls =
        [RehearsalCall.Chat, RehearsalCall.ChatStream, RehearsalCall.Chat, RehearsalCall.Messages, RehearsalCall.MessagesStream];

    /// <summary>How many calls there are at least; one more for each connection to the provider closes it.</summary>
    public static int CallCount { get; } = Calls.Length;

    /// <summary>Rehearses, unless the configuration says no, or there is a proxy that the calls would go through.</summary>
    public static async Task RunAsync(IServiceProvider services, GatewayConfiguration configuration, BuildGateway build)
    {
        if (configuration.Rehearsal && configuration.Transport.Proxy is null)
        {
            var rehearsal = new GatewayRehearsal(
                services.GetRequiredService<SharedHttpHandler>(), build, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<GatewayRehearsal>>());
            await rehearsal.RunAsync();
        }
    }

    /// <returns>How many calls were answered as they should be; zero if one was not.</returns>
    public async Task<int> RunAsync()
    {
        var began = time.GetTimestamp();
        using var limit = new CancellationTokenSource(CallsLimit, time);
        try
        {
            var calls = await RehearseAsync(limit.Token).WaitAsync(Limit, time);
            LogRehearsed(calls, (long)time.GetElapsedTime(began).TotalMilliseconds);
            return calls;
        }
        catch (Exception exception)
        {
            // Whatever it was: the gateway works without it, its first calls are slower.
            LogFailed(exception.GetType().Name, exception.Message);
            return 0;
        }
    }

    private async Task<int> RehearseAsync(CancellationToken cancellationToken)
    {
        var key = VirtualKeySecret.New();
        await using var provider = await RehearsalProvider.StartAsync(cancellationToken);
        await using var gateway = build(RehearsalConfiguration.Create(provider.BaseUrl, key), Isolate);
        gateway.Services.GetRequiredService<MeterProvider>(); // what listens to metrics is rehearsed, too
        await gateway.StartAsync(cancellationToken);
        var port = new Uri(gateway.Urls.Single()).Port;
        var calls = await CallAsync(port, key, Calls, cancellationToken);

        // A connection that stayed in the handler's pool would be counted out of the real gateway's metrics when it ends.
        provider.ClosesConnections = true;
        while (provider.OpenConnections > 0)
        {
            calls += await CallAsync(port, key, [RehearsalCall.Chat], cancellationToken);
        }

        await gateway.StopAsync(cancellationToken);
        return calls;
    }

    private static async Task<int> CallAsync(int port, string key, RehearsalCall[] calls, CancellationToken cancellationToken)
    {
        await using var connection = await SharedHttpHandler.ConnectToLoopbackAsync(port, cancellationToken);
        foreach (var call in calls)
        {
            await call.MakeAsync(connection, key, cancellationToken);
        }

        return calls.Length;
    }

    private void Isolate(WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        builder.Services
            .RemoveAll<IHostedService>() // clocks and writers, which have no part in a call; the access log's lines are made and go nowhere
            .AddSingleton(handler) // an instance that is given is not disposed
            .AddSingleton<IHostLifetime, RehearsalLifetime>()
            .AddSingleton(static _ => EmbeddedDatabase.OpenInMemory());
    }

    /// <summary>Leaves the process's signals alone.</summary>
    private sealed class RehearsalLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Debug, "Rehearsed {Calls} calls in {Milliseconds} ms", EventName = "Rehearsed")]
    private partial void LogRehearsed(int calls, long milliseconds);

    [LoggerMessage(LogLevel.Debug, "The rehearsal failed, the first calls will be slower: {Kind}: {Reason}", EventName = "RehearsalFailed")]
    private partial void LogFailed(string kind, string reason);
}
