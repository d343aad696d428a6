using System.Text.Json.Nodes;
using UltraAI.Gateway.Compare.Processes;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests.Compare;

/// <summary>The side-by-side comparison, for a moment each: that every part of it works, not what it finds.</summary>
[Collection(nameof(RunsAlone))]
public sealed class ComparisonTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "UltraAI.Gateway.Compare.dll");

    [Fact]
    public async Task QuickRun_MeasuresEveryTargetWithoutErrors()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await RunAsync(
            "--quick", "--scenarios", "unary,open,sse,ws,idle,memory,tls2", "--targets", "gateway,yarp,direct", "--gateway", AppContext.BaseDirectory.TrimEnd('/'), "--output", folder.PathOf("report"));

        Assert.True(exitCode == 0, output);
        var report = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.PathOf("report"), "compare.json")))!;
        Assert.Equal(["gateway", "yarp"], report["scenarios"]!["unary"]!.AsObject().Select(target => target.Key));
        Assert.All(
            report["scenarios"]!.AsObject().SelectMany(scenario => scenario.Value!.AsObject()).SelectMany(target => target.Value!.AsArray()),
            sample => Assert.Equal(0, (int)sample!["errors"]!));
        Assert.True((double)report["scenarios"]!["unary"]!["gateway"]![0]!["cpu_us"]! > 0);
        Assert.Equal(0, (double)report["scenarios"]!["idle"]!["gateway"]![0]!["left_open"]!);
        Assert.Contains("| WebSocket, CPU per message × bare YARP |", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.PathOf("report"), "compare.svg")));
    }

    [Fact]
    public async Task Ending_EndsEverythingThatWasStarted()
    {
        await using var process = GatewayProcess.Start(
            ["--quick", "--rounds", "1000", "--scenarios", "unary", "--targets", "gateway,yarp", "--gateway", AppContext.BaseDirectory.TrimEnd('/')], program: Program);
        await process.WaitForAsync("unary 1/1000 yarp");
        var started = ProcessTree.Of(process.Id).Where(pid => pid != process.Id).ToArray();
        Assert.True(started.Length >= 3, "an upstream, a gateway and bare YARP run");

        await process.TerminateAsync();

        await Eventually.TrueAsync(() => started.All(pid => !IsRunning(pid)), "what was started has ended");
    }

    [Fact]
    public async Task TargetThatDoesNotStart_IsVoid_AndTheOthersAreMeasured()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await RunAsync(
            "--quick", "--scenarios", "unary,memory", "--targets", "gateway,yarp", "--gateway", folder.PathOf("nothing"), "--output", folder.PathOf("report"));

        Assert.True(exitCode == 1, output);
        Assert.Matches(@"gateway: It ended by itself: (.|\n)+does not exist", output);
        var scenarios = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.PathOf("report"), "compare.json")))!["scenarios"]!;
        Assert.All(new[] { "unary", "memory" }, scenario => Assert.Equal((1, 0), ((int)scenarios[scenario]!["gateway"]![0]!["errors"]!, (int)scenarios[scenario]!["yarp"]![0]!["errors"]!)));
    }

    [Fact]
    public async Task TargetThatEnds_IsStartedAnew_AndWithoutTheUpstreamTheReportIsWrittenAllTheSame()
    {
        using var folder = new TemporaryFolder();
        await using var process = GatewayProcess.Start(
            ["--quick", "--rounds", "1000", "--scenarios", "unary", "--targets", "yarp", "--output", folder.PathOf("report"), "--gateway", AppContext.BaseDirectory.TrimEnd('/')], program: Program);
        await process.WaitForAsync("unary 1/1000 yarp: units");

        Kill(process, "yarp");
        await process.WaitForAsync(@"yarp ended by itself(.|\n)*yarp: VOID(.|\n)*yarp: units");

        Kill(process, "upstream");
        Assert.Equal(2, await process.WaitForExitAsync());
        Assert.Contains("The upstream ended by itself", process.Output, StringComparison.Ordinal);
        var report = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.PathOf("report"), "compare.json")))!;
        Assert.Contains(report["scenarios"]!["unary"]!["yarp"]!.AsArray(), sample => (int)sample!["errors"]! > 0);
    }

    [Fact]
    public async Task OutputThatCannotBeWritten_IsSaidBeforeAnythingIsMeasured()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.PathOf("file"), "");

        var (exitCode, output) = await RunAsync(
            "--quick", "--scenarios", "unary", "--targets", "yarp", "--gateway", AppContext.BaseDirectory.TrimEnd('/'), "--output", folder.PathOf("file/report"));

        Assert.Equal(2, exitCode);
        Assert.StartsWith("--output: ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no scenario 'chaos'", "--scenarios", "chaos")]
    [InlineData("There is no target 'envoy'", "--targets", "yarp,envoy")]
    [InlineData("--rounds: 'many' is not a whole number above 0", "--rounds", "many")]
    [InlineData("--fast is not an option", "--fast", "1")]
    public async Task WrongOption_IsSaid(string message, params string[] args)
    {
        var (exitCode, output) = await RunAsync(args);

        Assert.Equal(2, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }

    // Of the modes of the program that it started.
    private static void Kill(GatewayProcess process, string mode)
    {
        var pid = ProcessTree.Of(process.Id).Single(pid => File.ReadAllText($"/proc/{pid}/cmdline").Split('\0') is [_, var program, var first, ..] && program == Program && first == mode);
        using var killed = System.Diagnostics.Process.GetProcessById(pid);
        killed.Kill();
    }

    // One that has ended may still wait for its parent to take notice.
    private static bool IsRunning(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static Task<(int ExitCode, string Output)> RunAsync(params string[] args) =>
        GatewayProcess.RunAsync("dotnet", [Program, .. args], null, Repository.Root, TimeSpan.FromMinutes(5));
}
