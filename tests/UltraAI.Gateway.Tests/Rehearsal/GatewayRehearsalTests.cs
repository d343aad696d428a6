using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Rehearsal;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Rehearsal;

/// <summary>The rehearsal does what it is there for, and a failing one hinders nobody.</summary>
[Collection(nameof(RunsAlone))]
public sealed class GatewayRehearsalTests
{
    [Fact]
    public async Task Run_MakesEveryCall_AndClosesItsConnections()
    {
        await using var app = GatewayHost.BuildIsolated(RehearsalConfiguration.Create("http://127.0.0.1:1", "vk-unused-rehearsal"), static _ => { });
        var handler = app.Services.GetRequiredService<SharedHttpHandler>();

        // Twice with one handler: the first one has not disposed it.
        for (var i = 0; i < 2; i++)
        {
            var rehearsal = new GatewayRehearsal(handler, GatewayHost.BuildIsolated, TimeProvider.System, NullLogger<GatewayRehearsal>.Instance);

            // One call more than planned: with it the provider closed the only connection.
            Assert.Equal(GatewayRehearsal.CallCount + 1, await rehearsal.RunAsync());
        }
    }

    [Fact]
    public async Task Failure_IsToldAtDebug_AndNotThrown()
    {
        await using var app = GatewayHost.BuildIsolated(RehearsalConfiguration.Create("http://127.0.0.1:1", "vk-unused-rehearsal"), static _ => { });
        var log = new OneLine();
        var rehearsal = new GatewayRehearsal(app.Services.GetRequiredService<SharedHttpHandler>(), Failing, TimeProvider.System, log);

        Assert.Equal(0, await rehearsal.RunAsync());
        Assert.Equal(LogLevel.Debug, Assert.Single(log.Levels));

        static WebApplication Failing(GatewayConfiguration configuration, Action<WebApplicationBuilder> configure) => throw new InvalidOperationException("as a test wants it");
    }

    private sealed class OneLine : ILogger<GatewayRehearsal>
    {
        public List<LogLevel> Levels { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Levels.Add(logLevel);
    }
}
