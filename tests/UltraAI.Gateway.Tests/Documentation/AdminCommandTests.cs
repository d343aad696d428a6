using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>The commands that ask a running gateway, as the README has them, against the demo.</summary>
[Collection(nameof(DemoFixture))]
public sealed class AdminCommandTests(DemoFixture demo)
{
    private const string Run = "dotnet run --project src/UltraAI.Gateway -- ";

    /// <summary>Those of the README, in its order.</summary>
    public static IReadOnlyList<string> Commands => [.. Document.Readme.Commands()
        .Where(command => command.StartsWith(Run + "keys ", StringComparison.Ordinal) || command.StartsWith(Run + "usage", StringComparison.Ordinal))
        .Where(command => command != Run + "keys new --name team-a")];

    [Fact]
    public async Task Commands_OfTheReadme_MakeUseRotateAndRevokeAKey()
    {
        Assert.Equal(["keys new", "keys list", "keys rotate", "keys revoke", "usage --by"], Commands.Select(command => string.Join(' ', command[Run.Length..].Split(' ')[..2])));

        var made = await RunAsync(Commands[0]);
        var key = Regex.Match(made, @"uag-\S+").Value;
        Assert.Equal(HttpStatusCode.OK, await UseAsync(key));

        Assert.Matches(@"(?m)^\s*team-b\s+store\s+on\s.*gpt-4o\*.*60 req/min.*0\.00 of 50\.00 per month", await RunAsync(Commands[1]));
        Assert.Matches(@"(?m)^\s*demo\s+config\s+on\s", await RunAsync(Commands[1]));

        var rotated = await RunAsync(Commands[2]);
        var next = Regex.Match(rotated, @"uag-\S+").Value;
        Assert.NotEqual(key, next);
        Assert.Contains("still works until", rotated, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await UseAsync(key), await UseAsync(next)));

        Assert.Contains("Virtual key 'team-b' is revoked.", await RunAsync(Commands[3]), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (await UseAsync(key), await UseAsync(next)));

        Assert.Matches(@"key\s+model\s+requests\s+estimated\s+input\s+cached\s+output\s+cost, USD", await RunAsync(Commands[4]));
    }

    [Fact]
    public async Task Json_IsWhatTheGatewayAnswers()
    {
        var (exitCode, output) = await AskAsync(["keys", "list", "--json"]);
        var (_, usage) = await AskAsync(["usage", "--from", "2026-01-01", "--to", "2026-01-31", "--by", "day", "--json"]);

        Assert.Equal(0, exitCode);
        Assert.Contains(JsonNode.Parse(output)!["data"]!.AsArray(), entry => (string?)entry!["name"] == "demo");
        Assert.Equal("2026-01-31", (string?)JsonNode.Parse(usage)!["to"]);
    }

    [Theory]
    [InlineData("keys rotate nobody", "404 not_found: There is no virtual key 'nobody'.")]
    [InlineData("keys revoke demo", "409 invalid_request: Virtual key 'demo' is of the configuration; change it there.")]
    [InlineData("keys revoke ../usage", "'../usage' is no name of a key")]
    [InlineData("keys new --name X --requests-per-minute 0", "#/limits/requests_per_minute: ")]
    [InlineData("usage --by weather", "by: must be a list of key, provider, model, day.")]
    public async Task Fault_IsSaidInWords_AndExits1(string command, string words)
    {
        var (exitCode, output) = await AskAsync(command.Split(' '));

        Assert.Equal(1, exitCode);
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.DoesNotContain(demo.AdminToken, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutToken_SaysWhereItIsTakenFrom()
    {
        var (exitCode, output) = await GatewayProcess.RunAsync(["keys", "list", "--url", demo.Address]);

        Assert.Equal(1, exitCode);
        Assert.Contains("ULTRAAI_ADMIN_TOKEN is not set", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keys new --name a --budget 5", "--budget")]
    [InlineData("keys new --name a --json", "--json")]
    [InlineData("keys new --name a --url http://localhost:1 --prefix hf_", "--prefix")]
    public async Task OptionThatDoesNotFit_IsRefused(string command, string option)
    {
        var (exitCode, output) = await GatewayProcess.RunAsync(command.Split(' '), Token);

        Assert.Equal(1, exitCode);
        Assert.StartsWith(option + ": ", output, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Token => new() { ["ULTRAAI_ADMIN_TOKEN"] = demo.AdminToken, ["NO_PROXY"] = "*" };

    private Task<(int ExitCode, string Output)> AskAsync(string[] words) => GatewayProcess.RunAsync([.. words, "--url", demo.Address], Token);

    private async Task<string> RunAsync(string command)
    {
        string[] words = [.. command[Run.Length..].Replace("http://localhost:8080", demo.Address, StringComparison.Ordinal).Split(' ').Select(word => word.Trim('"'))];
        var (exitCode, output) = words.Contains("--url") ? await GatewayProcess.RunAsync(words, Token) : await AskAsync(words);
        Assert.True(exitCode == 0, $"{command}\n{output}");
        return output;
    }

    private async Task<HttpStatusCode> UseAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, demo.Address + "/openai/v1/models");
        request.Headers.Authorization = new("Bearer", key);
        using var response = await demo.Client.SendAsync(request);
        return response.StatusCode;
    }
}
