using System.Net;
using System.Text.RegularExpressions;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>Every command in the documents runs, or stands here with the reason why it doesn't.</summary>
[Collection(nameof(DemoFixture))]
public sealed partial class CommandTests(DemoFixture demo)
{
    private const string Run = "dotnet run --project src/UltraAI.Gateway";

    private static readonly Dictionary<string, string> NotRun = new()
    {
        ["./test.sh"] = "it runs these tests",
        ["dotnet build UltraAI.Gateway.sln"] = "test.sh runs it",
        ["dotnet test --project tests/UltraAI.Gateway.Tests"] = "test.sh runs these tests",
        ["dotnet format UltraAI.Gateway.sln"] = "test.sh runs it, to verify",
        ["dotnet run -c Release --project loadtests/UltraAI.Gateway.Benchmarks -- --short"] = "takes a minute, and shows figures only",
        ["dotnet run -c Release --project loadtests/compare"] = "takes 20 minutes; ComparisonTests runs it for a moment",
        ["dotnet run -c Release --project loadtests/compare -- --scenarios unary,open,sse --targets gateway,yarp,direct --rounds 7"] = "as the one before",
        ["docker build -t ultraai-gateway ."] = "needs a container engine; ImageTests runs what it builds",
        ["docker run --rm -p 8080:8080 -e ULTRAAI_KEY -e OPENAI_API_KEY ultraai-gateway"] = "needs a container engine; ImageTests starts what it runs",
        ["""printf %s "$(openssl rand -hex 32)" > config/admin-token && chmod 644 config/admin-token"""] = "makes a file that Compose needs",
        ["docker compose -f config/docker-compose.yml up --build"] = "needs a container engine; DeploymentFileTests reads the file",
        ["kubectl apply -f config/kubernetes.yaml"] = "needs a cluster; DeploymentFileTests reads the file",
        ["""printf %s "$NEW_CREDENTIAL" > /run/secrets/openai.new && mv /run/secrets/openai.new /run/secrets/openai"""] = "RunbookTests runs it",
        ["kill -TERM \"$PID\""] = "RunbookTests runs it",
    };

    public static TheoryData<string> Curls => new(Document.All().SelectMany(document => document.Commands()).Where(command => command.StartsWith("curl ", StringComparison.Ordinal))
        .Except(Document.Open("docs/operations.md").CommandsIn("Runbook"))); // RunbookTests runs these

    [Fact]
    public async Task DotnetRun_TakesPathsFromWhereItIsCalled()
    {
        string[] args = ["run", "--no-build", "--project", "src/UltraAI.Gateway", "--", "check", "--config", "config/gateway.json"];

        var (_, output) = await GatewayProcess.RunAsync("dotnet", args, environment: null, Repository.Root);

        // The file's variables may be missing here, but not the file.
        Assert.Contains("Gateway:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("is not there", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_AreRunOrListed()
    {
        string[] run =
        [
            $"{Run}", $"{Run} -- demo", $"{Run} -- health", $"{Run} -- keys new --name team-a",
            $"{Run} -- ultra eval --file config/questions.jsonl --preset ultra",
            $"{Run} -- check --config config/gateway.json", $"{Run} -- --config config/gateway.json",
        ];
        var commands = Document.All().SelectMany(document => document.Commands()).Distinct().ToArray();

        run = [.. run, .. AdminCommandTests.Commands]; // they run there
        Assert.All(run, command => Assert.Contains(command, commands));
        Assert.All(NotRun.Keys, command => Assert.Contains(command, commands));
        Assert.All(
            commands.Except(run).Except(NotRun.Keys),
            command => Assert.True(command.StartsWith("curl ", StringComparison.Ordinal) || command.StartsWith("export ", StringComparison.Ordinal), command));
        Assert.True(File.Exists(Repository.Path("src", "UltraAI.Gateway", "UltraAI.Gateway.csproj")));
    }

    [Theory]
    [MemberData(nameof(Curls))]
    public async Task Curl_IsAnsweredByTheDemo(string command)
    {
        Assert.Contains("http://localhost:8080/", command, StringComparison.Ordinal);

        await CurlAsync(command.Replace("http://localhost:8080", demo.Address, StringComparison.Ordinal));
    }

    [Fact]
    public async Task CurlsThatTheDemoPrints_AreAnsweredByIt()
    {
        var commands = CurlPattern().Matches(demo.Output).Select(match => match.Groups[1].Value).ToArray();

        Assert.Equal(6, commands.Length);
        foreach (var command in commands)
        {
            await CurlAsync(command.Replace("curl ", "curl -fsS ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task OwnKeys_StartTheGateway()
    {
        var export = Document.Readme.Commands().Single(command => command.StartsWith("export ", StringComparison.Ordinal));
        var variables = export.Split(' ').Skip(1).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

        await using var gateway = GatewayProcess.Start(["--urls", "http://127.0.0.1:0", "--Gateway:Drain:Delay=00:00:00"], variables);
        var address = await ListensAtAsync(gateway);

        // Refused before anything goes to the provider.
        Assert.Equal(HttpStatusCode.Unauthorized, (await demo.Client.GetAsync(address + "/openai/v1/models")).StatusCode);
        Assert.Contains("Provider 'anthropic' is off", gateway.Output, StringComparison.Ordinal);

        var (exitCode, output) = await GatewayProcess.RunAsync(["health", "--url", address]);
        Assert.Equal((0, """{"status":"ok"}"""), (exitCode, output.Trim()));
        Assert.Equal(0, await gateway.TerminateAsync());

        (exitCode, _) = await GatewayProcess.RunAsync(["health", "--url", address]);
        Assert.Equal(1, exitCode);
    }

    [Fact]
    public async Task KeysNew_PrintsAKeyAndItsEntry()
    {
        var (exitCode, output) = await GatewayProcess.RunAsync(["keys", "new", "--name", "team-a"]);

        Assert.Equal(0, exitCode);
        var key = Regex.Match(output, @"uag-\S+").Value;
        Assert.Contains($$"""{ "Name": "team-a", "Sha256": "{{KeyDigest.Of(key)}}" }""", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UltraEval_WorksWithTheDemo()
    {
        var (exitCode, output) = await GatewayProcess.RunAsync(
            ["ultra", "eval", "--file", "config/questions.jsonl", "--preset", "ultra", "--parallel", "3", "--url", demo.Address],
            new Dictionary<string, string> { ["ULTRAAI_KEY"] = demo.Key, ["NO_PROXY"] = "*" });

        Assert.True(exitCode == 0, output);
        Assert.Contains("3 questions, checked by contains 3; 0 runs failed, 0 degraded.", output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ultra +3/3 ", output);
    }

    [Fact]
    public async Task CompleteFile_IsCheckedAndStarted()
    {
        var variables = SnippetTests.VariablesOf(await File.ReadAllTextAsync(Repository.Path("config", "gateway.json")));
        var (exitCode, output) = await GatewayProcess.RunAsync(["check", "--config", "config/gateway.json"], variables);
        Assert.True(exitCode == 0, output);

        await using var gateway = GatewayProcess.Start(["--config", "config/gateway.json", "--urls", "http://127.0.0.1:0"], variables);
        var address = await ListensAtAsync(gateway);

        Assert.Equal(HttpStatusCode.OK, (await demo.Client.GetAsync(address + "/health/ready")).StatusCode);
    }

    [Fact]
    public async Task Faults_LookAsDocumented()
    {
        var documented = Document.Open("docs/configuration.md").Blocks("").Single().Split('\n');

        var (exitCode, output) = await GatewayProcess.RunAsync([
            "check", "--Gateway:Providers:openai:Kind=OpenAI", "--config", Repository.Path("config", "gateway.json"), "--Gateway:Transport:Timeout=soon"]);

        Assert.Equal(1, exitCode);
        Assert.All(documented, line => Assert.Contains(line, output.Split('\n')));
    }

    [Fact]
    public async Task Lists_OfTheEnvironment_NeedNoOrder()
    {
        var variables = Enumerable.Range(0, 12).Reverse().ToDictionary(number => $"Gateway__TrustedProxies__{number}", number => $"10.0.{number}.0/24");
        variables["OPENAI_API_KEY"] = "sk-of-the-test";
        variables["ULTRAAI_KEY"] = "vk-of-the-test";

        var (exitCode, output) = await GatewayProcess.RunAsync(["check"], variables);

        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [InlineData("Embedded", true)]
    [InlineData("Redis", false)]
    public async Task RedisBesideTheEmbeddedStore_IsSaid(string kind, bool isSaid)
    {
        var variables = new Dictionary<string, string> { ["OPENAI_API_KEY"] = "sk-of-the-test", ["ULTRAAI_KEY"] = "vk-of-the-test" };

        var (exitCode, output) = await GatewayProcess.RunAsync(["check", "--Gateway:Store:Redis=localhost:6379", "--Gateway:Store:Kind=" + kind], variables);

        Assert.True(exitCode == 0, output);
        Assert.Equal(isSaid, output.Contains("Gateway:Store:Redis is not used: Gateway:Store:Kind is Embedded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StoreThatCannotBeOpened_IsSaidInOneLine()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("gateway.db", new string('x', 4096));

        var (exitCode, output) = await GatewayProcess.RunAsync(
            ["--urls", "http://127.0.0.1:0", "--Gateway:Store:Path=" + path],
            new Dictionary<string, string> { ["OPENAI_API_KEY"] = "sk-of-the-test", ["ULTRAAI_KEY"] = "vk-of-the-test" });

        Assert.Equal(1, exitCode);
        Assert.Contains(path, output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_OfAStartWithoutAFile_AreDocumented()
    {
        var text = Document.Open("docs/configuration.md").Section("Where it comes from") + Document.Readme.Section("Try it");

        Assert.Contains($"`{DefaultConfiguration.KeyVariable}`", text, StringComparison.Ordinal);
        Assert.Contains($"`{DefaultConfiguration.AdminTokenVariable}`", text, StringComparison.Ordinal);
        Assert.All(
            UltraAI.Gateway.Providers.ProviderKinds.All.Where(kind => kind.DefaultBaseUrl is not null),
            kind => Assert.Contains(kind.CredentialVariable, text, StringComparison.Ordinal));
    }

    private static async Task<string> ListensAtAsync(GatewayProcess gateway) =>
        (await gateway.WaitForAsync(@"Now listening on: (\S+)")).Groups[1].Value;

    private async Task CurlAsync(string command)
    {
        var (exitCode, output) = await GatewayProcess.RunAsync(
            "bash", ["-c", command], new Dictionary<string, string> { ["KEY"] = demo.Key, ["ULTRAAI_ADMIN_TOKEN"] = demo.AdminToken, ["NO_PROXY"] = "*" }, Repository.Root);

        Assert.True(exitCode == 0, $"{command}\n{output}");
        Assert.Matches("(?s)(choices|content_block_delta|candidates|\"content\"|\"rows\":|\"data\":|run.completed|\"providers\")", output);
    }

    [GeneratedRegex(@"^\s+(curl .*)$", RegexOptions.Multiline)]
    private static partial Regex CurlPattern();
}
