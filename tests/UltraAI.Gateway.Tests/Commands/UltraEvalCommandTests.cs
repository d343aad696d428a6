using System.Text.Json.Nodes;
using UltraAI.Gateway.Commands;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Tests.Functional.Ultra;
using Xunit;

namespace UltraAI.Gateway.Tests.Commands;

/// <summary><c>ultra eval</c> in a process of its own, against a gateway with simulated providers.</summary>
public sealed class UltraEvalCommandTests
{
    private const string Question = """{"question":"How many moons has Mars?","answer":"two","check":"contains"}""";

    [Fact]
    public async Task Evaluation_HoldsMembersVoteAndPanelAgainstEachOther()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();
        using var folder = new TemporaryFolder();
        var (questions, cache, json) = (folder.PathOf("q.jsonl"), folder.PathOf("cache.jsonl"), folder.PathOf("report.json"));
        await File.WriteAllLinesAsync(questions, [Question, """{"question":"Name them.","answer":"Phobos"}"""], TestContext.Current.CancellationToken);
        string[] command = ["--file", questions, "--cache", cache, "--json", json];

        var (exitCode, output) = await RunAsync(environment, command);
        var calls = environment.Requests.Count();
        var first = await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken);
        var (again, _) = await RunAsync(environment, command);

        Assert.True(exitCode == 0, output);
        Assert.Matches(@"(?m)^solo m1 +openai/model-a +1/2 +50\.0 % ", output);
        Assert.Matches(@"(?m)^solo m2 +anthropic/model-b +0/2 +0\.0 % ", output);
        Assert.Matches(@"(?m)^solo m3 +google/model-c +2/2 +100\.0 % ", output);
        Assert.Matches(@"(?m)^vote +1/2 +50\.0 % ", output);
        Assert.Matches(@"(?m)^ultra +2/2 +100\.0 % ", output);
        var systems = JsonNode.Parse(first)!["systems"]!.AsArray();
        Assert.Equal(environment.Requests.Select(request => request.Usage).OfType<SimulatedUsage>().Sum(usage => usage.Input + (10 * usage.Output)) / 1_000_000m, (decimal)systems[^1]!["usd_total"]!);
        Assert.True((decimal)systems[0]!["usd_total"]! > 0 && (decimal)systems[0]!["usd_total"]! < (decimal)systems[3]!["usd_total"]!);

        // The second time all runs come out of the file.
        Assert.Equal((0, 14, calls), (again, calls, environment.Requests.Count()));
        Assert.Equal(first, await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task FailedRun_IsAResult()
    {
        await using var environment = await UltraEnvironment.StartAsync(preset => preset["Require"] = "full");
        environment.Members[1].Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Status = 400 });
        environment.ScriptUsualRun();
        using var file = new TemporaryFile(Question);

        var (exitCode, output) = await RunAsync(environment, ["--file", file.Path]);

        Assert.True(exitCode == 0, output);
        Assert.Contains("failed, quorum_not_met: ", output, StringComparison.Ordinal);
        Assert.Contains("1 runs failed", output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ultra +0/1 ", output);
    }

    [Fact]
    public async Task FaultsOfTheFile_AreSaidWithTheirLines_AndNothingIsAsked()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        using var file = new TemporaryFile($"{Question}\n{{\"question\":\"?\"}}\n");

        var (exitCode, output) = await RunAsync(environment, ["--file", file.Path]);
        var (missing, words) = await RunAsync(environment, ["--file", file.Path + ".not"]);

        Assert.Equal((1, 1), (exitCode, missing));
        Assert.Contains($"{file.Path}, line 2: 'answer' is missing.", output, StringComparison.Ordinal);
        Assert.Contains(file.Path + ".not", words, StringComparison.Ordinal);
        Assert.Empty(environment.Requests);
    }

    [Theory]
    [InlineData("wrong", "ultra", "401 invalid_key")]
    [InlineData(null, "ultra", "ULTRAAI_KEY is not set")]
    [InlineData(UltraEnvironment.Key, "nobody", "There is no preset 'nobody' for this key; there are: ultra.")]
    public async Task Refusal_IsSaidInWords(string? key, string preset, string words)
    {
        await using var environment = await UltraEnvironment.StartAsync();
        using var file = new TemporaryFile(Question);

        var (exitCode, output) = await GatewayProcess.RunAsync(["ultra", "eval", "--file", file.Path, "--preset", preset, "--url", environment.Address], Variables(key));

        Assert.Equal(1, exitCode);
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupt_EndsTheRun_AndReportsWhatThereIs()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.Lead.Script(_ => true, new SimulatedBehaviour { Text = "two" }, times: 1);
        environment.Lead.Script(_ => true, SimulatedBehaviour.Hang);
        environment.ScriptUsualRun();
        using var file = new TemporaryFile($"{Question}\n{Question}\n{Question}");

        await using var process = GatewayProcess.StartInterruptible(["ultra", "eval", "--file", file.Path, "--url", environment.Address], Variables(UltraEnvironment.Key));
        await Eventually.TrueAsync(() => environment.Lead.Requests.Count == 2, "the second run is at its lead");
        await process.InterruptAsync();

        Assert.Equal(UltraEvalCommand.Interrupted, await process.WaitForExitAsync());
        Assert.Contains("Interrupted: 1 of 3 questions were run.", process.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ultra +1/1 ", process.Output);
        Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => environment.Simulator.All.Sum(provider => provider.ActiveRequests) == 0, "the run's calls have ended");
    }

    [Fact]
    public async Task RateLimit_IsWaitedFor()
    {
        await using var environment = await UltraEnvironment.StartAsync(changeGateway: gateway =>
            gateway["VirtualKeys"]![0]!["Limits"] = new JsonObject { ["RequestsPerMinute"] = 600, ["RequestBurst"] = 13 });
        environment.ScriptUsualRun();
        using var file = new TemporaryFile($"{Question}\n{Question}\n{Question}");

        var (exitCode, output) = await RunAsync(environment, ["--file", file.Path, "--parallel", "3"]);

        Assert.True(exitCode == 0, output);
        Assert.Matches(@"(?m)^ultra +3/3 ", output);
    }

    [Fact]
    public async Task CacheThatIsSomethingElse_IsLeftAlone()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        using var file = new TemporaryFile(Question);
        using var other = new TemporaryFile("my notes\n");

        var (exitCode, output) = await RunAsync(environment, ["--file", file.Path, "--cache", other.Path]);

        Assert.Equal(1, exitCode);
        Assert.Contains($"{other.Path}:1 is not a run", output, StringComparison.Ordinal);
        Assert.Equal("my notes\n", await File.ReadAllTextAsync(other.Path, TestContext.Current.CancellationToken));
    }

    private static Task<(int ExitCode, string Output)> RunAsync(UltraEnvironment environment, string[] more) =>
        GatewayProcess.RunAsync(["ultra", "eval", "--url", environment.Address, .. more], Variables(UltraEnvironment.Key));

    private static Dictionary<string, string> Variables(string? key)
    {
        var variables = new Dictionary<string, string> { ["NO_PROXY"] = "*" };
        if (key is not null)
        {
            variables["ULTRAAI_KEY"] = key;
        }

        return variables;
    }
}
