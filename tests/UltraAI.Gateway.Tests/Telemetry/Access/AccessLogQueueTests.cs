using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
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

        var lineBytes = LineBytes(log);
        var fitting = AccessLog.MaxWaitingBytes / lineBytes;
        for (var i = 0; i < fitting + 5; i++)
        {
            log.Write(new AccessEntry());
        }

        Assert.Equal(5, measurements.Sum("ultraai.access_log.dropped"));
        var lines = log.Take(new AccessLines());
        Assert.Equal(fitting, lines.Count);
        Assert.Equal(fitting * lineBytes, lines.Bytes.Length);

        // There is room again.
        log.Write(new AccessEntry());
        Assert.Equal(1, log.Take(lines).Count);
        Assert.Equal(5, measurements.Sum("ultraai.access_log.dropped"));
    }

    [Fact]
    public async Task Complete_WithLinesThatWait_LetsThemBeTakenAndNoMoreIn()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var measurements = new GatewayMeasurements(meters);
        var log = new AccessLog(new Settings(), meters);
        log.Write(new AccessEntry());

        log.Complete();
        log.Write(new AccessEntry());

        Assert.True(await log.WaitAsync());
        Assert.Equal(1, log.Take(new AccessLines()).Count);
        Assert.False(await log.WaitAsync());
        Assert.Equal(1, measurements.Sum("ultraai.access_log.dropped"));
    }

    [Fact]
    public async Task Write_ByManyThreadsWhileLinesAreTaken_LosesNoneAndCutsNone()
    {
        const int Writers = 4;
        const int Each = 5_000;
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var log = new AccessLog(new Settings(), services.GetRequiredService<IMeterFactory>());
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                log.Write(new AccessEntry { Key = $"{writer}-{i}" });
            }
        })));
        var completing = writing.ContinueWith(_ => log.Complete(), TaskScheduler.Default);

        var keys = new List<string>();
        var lines = new AccessLines();
        while (await log.WaitAsync())
        {
            lines = log.Take(lines);
            foreach (var line in Encoding.UTF8.GetString(lines.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                using var json = JsonDocument.Parse(line);
                keys.Add(json.RootElement.GetProperty("key").GetString()!);
            }

            lines.Clear();
        }

        await completing;
        Assert.Equal(Writers * Each, keys.Distinct().Count());
        Assert.Equal(Writers * Each, keys.Count);
    }

    private static int LineBytes(AccessLog log)
    {
        log.Write(new AccessEntry());
        return log.Take(new AccessLines()).Bytes.Length;
    }

    private sealed class Settings : IAccessLogSource
    {
        public AccessLogOptions AccessLog { get; } = new() { Target = LogTarget.Console };
    }
}
