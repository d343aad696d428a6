using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Telemetry;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Telemetry.Access;

/// <summary>What waits to be written is bounded.</summary>
public sealed class AccessLogQueueTests
{
    [Fact]
    public void Write_ToAWriterThatStandsStill_DropsAndCounts()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var measurements = new GatewayMeasurements(meters);
        var log = new AccessLog(new Settings(), meters);

        for (var i = 0; i < AccessLog.MaxWaiting + 5; i++)
        {
            log.Write(log.Rent());
        }

        Assert.Equal(5, measurements.Sum("ultraai.access_log.dropped"));
        Assert.Equal(AccessLog.MaxWaiting, log.Waiting.Count);
    }

    private sealed class Settings : IAccessLogSource
    {
        public AccessLogOptions AccessLog { get; } = new() { Target = LogTarget.Console };
    }
}
