using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>What an open dashboard costs an idle gateway: measured in a process of its own, by the kernel's count of its processor time.</summary>
[Collection(nameof(RunsAlone))]
public sealed class DashboardCostTests
{
    // Each part of the measurement: before, with a listener, and after it left. For a figure: ULTRAAI_TESTS_DASHBOARD_SECONDS=30.
    private static int Seconds => int.TryParse(Environment.GetEnvironmentVariable("ULTRAAI_TESTS_DASHBOARD_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 4;

    [Fact]
    public async Task OpenDashboard_CostsAnIdleGatewayLessThanAHundredthOfACore()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var folder = new TemporaryFolder();
        var configuration = new JsonObject
        {
            ["Gateway"] = new JsonObject
            {
                ["Providers"] = new JsonObject(SimulatorGateway.Providers.Select(provider => KeyValuePair.Create<string, JsonNode?>(
                    provider.Name, GatewayEnvironment.Provider(provider.Kind, provider.Name, "http://127.0.0.1:9")))),
                ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "test", ["Value"] = GatewayEnvironment.VirtualKey }),
                ["Store"] = new JsonObject { ["Path"] = folder.PathOf("gateway.db") },
                ["Admin"] = new JsonObject { ["TokenFile"] = folder.Write("token", GatewayEnvironment.AdminToken) },
            },
        };
        await using var gateway = await GatewayProcess.StartOnAsync(folder.Write("gateway.json", configuration.ToJsonString()));

        // What is compiled once, and once more when it has been called often, is compiled before: each of these gets a frame at once.
        for (var i = 0; i < 100; i++)
        {
            await ListenAsync(gateway, seconds: 0);
        }

        await MeasureAsync(gateway, Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken));
        var before = await MeasureAsync(gateway, Task.Delay(TimeSpan.FromSeconds(Seconds), TestContext.Current.CancellationToken));
        var listening = await MeasureAsync(gateway, ListenAsync(gateway, Seconds));

        // As before the first measurement: what the end of listening sets off once is over by then.
        await MeasureAsync(gateway, Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken));
        var after = await MeasureAsync(gateway, Task.Delay(TimeSpan.FromSeconds(Seconds), TestContext.Current.CancellationToken));

        TestContext.Current.TestOutputHelper?.WriteLine($"{Seconds} s each: idle {before:0.00} %, with a dashboard open {listening:0.00} %, after it was closed {after:0.00} % of a core");

        // The kernel counts in hundredths of a second, so a short measurement is a coarse one.
        var grain = 2.0 / Seconds;
        Assert.InRange(listening - before, double.MinValue, 1 + grain);
        Assert.InRange(after - before, double.MinValue, 0.5 + grain);
    }

    private static async Task ListenAsync(RunningGateway gateway, int seconds)
    {
        await using var client = await RawClient.ConnectAsync(gateway.Port);
        await client.SendAsync(Request.Send("GET", "/admin/events", [AdminClient.Token]));
        Assert.Equal(200, (await client.ReadHeadAsync()).Status);
        for (var frame = 0; frame <= seconds; frame++)
        {
            Assert.NotEmpty(await client.ReadPieceAsync());
        }
    }

    /// <returns>Per cent of one core.</returns>
    private static async Task<double> MeasureAsync(RunningGateway gateway, Task meanwhile)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var start = Ticks(gateway.Process.Id);
        await meanwhile;
        return Ticks(gateway.Process.Id).Subtract(start).TotalSeconds / watch.Elapsed.TotalSeconds * 100;
    }

    // utime and stime: man 5 proc. A tick is a hundredth of a second on every Linux that .NET runs on.
    private static TimeSpan Ticks(int process)
    {
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ');
        return TimeSpan.FromMilliseconds(10 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)));
    }
}
