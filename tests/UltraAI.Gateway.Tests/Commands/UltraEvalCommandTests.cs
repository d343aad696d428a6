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

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task LineOfTheCacheThatIsNoRun_IsSaidWithItsNumber(string line)
    {
        await using var environment = await UltraEnvironment.StartAsync();
        using var file = new TemporaryFile(Question);
        using var cache = new TemporaryFile(line + "\n");

        var (exitCode, output) = await RunAsync(environment, ["--file", file.Path, "--cache", cache.Path]);

        Assert.Equal(1, exitCode);
        Assert.Contains($"{cache.Path}:1 is not a run", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CacheThatAnEditorHasSaved_IsReadWhole_AndWrittenOn()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();
        using var file = new TemporaryFile(Question);
        using var more = new TemporaryFile($"{Question}\n{{\"question\":\"Name them.\",\"answer\":\"Phobos\"}}");
        using var folder = new TemporaryFolder();
        var cache = folder.PathOf("cache.jsonl");
        await RunAsync(environment, ["--file", file.Path, "--cache", cache]);
        await File.WriteAllTextAsync(cache, await File.ReadAllTextAsync(cache, TestContext.Current.CancellationToken), System.Text.Encoding.UTF8, TestContext.Current.CancellationToken);

        var (exitCode, output) = await RunAsync(environment, ["--file", more.Path, "--cache", cache]);

        Assert.True(exitCode == 0, output);
        var lines = await File.ReadAllLinesAsync(cache, TestContext.Current.CancellationToken);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.NotNull(JsonNode.Parse(line)!["key"]));
        Assert.Equal(2, environment.Lead.Requests.Count);
    }

    [Fact]
    public async Task PresetThatHasBeenChanged_HasAnotherVersion()
    {
        // What a cached run is known by holds the preset as the gateway lists it.
        var usual = await VersionAsync(preset => { });
        var same = await VersionAsync(preset => preset["GraceMs"] = 8_000);
        var grace = await VersionAsync(preset => preset["GraceMs"] = 7_999);
        var prior = await VersionAsync(preset => preset["Review"] = new JsonObject { ["PriorWeight"] = 0.3 });

        Assert.Equal(usual, same);
        Assert.Equal(3, new[] { usual, grace, prior }.Distinct().Count());
    }

    [Theory]
    [InlineData("--cache")]
    [InlineData("--json")]
    public async Task FileThatCantBeWritten_IsSaidBeforeAnythingIsAsked(string option)
    {
        await using var environment = await UltraEnvironment.StartAsync();
        using var file = new TemporaryFile(Question);
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await RunAsync(environment, ["--file", file.Path, option, folder.PathOf("")]);
        var (empty, words) = await RunAsync(environment, ["--file", file.Path, option, ""]);

        Assert.Equal((1, 1), (exitCode, empty));
        Assert.Contains($"{option} {folder.PathOf("")}: ", output, StringComparison.Ordinal);
        Assert.Contains($"{option} names no file.", words, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + words, StringComparison.Ordinal);
        Assert.Empty(environment.Requests);
    }

    private static async Task<string> VersionAsync(Action<JsonObject> change)
    {
        await using var environment = await UltraEnvironment.StartAsync(change);
        using var presets = await environment.SendAsync(HttpMethod.Get, "/ultra/presets");
        return (string)JsonNode.Parse(await presets.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["presets"]![0]!["version"]!;
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
