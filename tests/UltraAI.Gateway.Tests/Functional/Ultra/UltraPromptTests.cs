using System.Text.RegularExpressions;
using UltraAI.Gateway.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>What each model is sent, over whole runs.</summary>
public sealed partial class UltraPromptTests
{
    [Fact]
    public async Task SameSeed_GivesTheSamePrompts_ButForTheNonces()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();

        var first = await PromptsAsync(environment, ""","ultra":{"seed":7}""");
        var second = await PromptsAsync(environment, ""","ultra":{"seed":7}""");

        Assert.Equal(first.Select(WithoutNonces), second.Select(WithoutNonces));
        var nonces = first.Concat(second).Select(prompt => NoncePattern().Matches(prompt).Select(match => match.Value).Distinct().ToArray()).Where(found => found.Length > 0).ToArray();

        // One for each review and each synthesis, of 128 bits, and none twice.
        Assert.Equal(8, nonces.Length);
        Assert.All(nonces, found => Assert.Single(found));
        Assert.Equal(8, nonces.SelectMany(found => found).Distinct().Count());
    }

    [Fact]
    public async Task Prompts_NameNoProvider_AndHoldNoDraftInTheSystemText()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();

        await environment.AskAsync();

        foreach (var request in environment.Requests)
        {
            Assert.All(new[] { "openai", "anthropic", "google", "huggingface", "gemini", "claude" }, name => Assert.DoesNotContain(name, request.Text, StringComparison.OrdinalIgnoreCase));
            Assert.All(SystemTextsOf(request), text => Assert.All(UltraEnvironment.DraftTexts, draft => Assert.DoesNotContain(draft, text, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task SingleSurvivor_IsNotReviewed_AndNoLeadIsAsked()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.Members[0].Script(_ => true, new SimulatedBehaviour { Status = 400 });
        environment.Members[1].Script(_ => true, new SimulatedBehaviour { Status = 400 });
        environment.ScriptUsualRun();

        var answer = await environment.AskAsync();

        Assert.Equal(UltraEnvironment.DraftTexts[2], (string?)answer["choices"]![0]!["message"]!["content"]);
        Assert.Equal(3, environment.Requests.Count());
        Assert.All(environment.Requests, request => Assert.True(UltraEnvironment.IsDraft(request)));
    }

    private static async Task<string[]> PromptsAsync(UltraEnvironment environment, string more)
    {
        environment.ForgetRequests();
        await environment.AskAsync(more);
        return [.. environment.Requests.OrderBy(request => request.Provider, StringComparer.Ordinal).ThenBy(UltraEnvironment.IsReview).Select(request => request.Text)];
    }

    private static IEnumerable<string> SystemTextsOf(RecordedRequest request)
    {
        var body = request.Json()!;
        return (body["messages"]?.AsArray() ?? [])
            .Where(message => (string?)message!["role"] is "system" or "developer")
            .Append(body["system"])
            .Append(body["systemInstruction"] ?? body["system_instruction"])
            .OfType<System.Text.Json.Nodes.JsonNode>()
            .Select(node => node.ToJsonString());
    }

    private static string WithoutNonces(string prompt) => NoncePattern().Replace(prompt, "NONCE");

    [GeneratedRegex("[0-9a-f]{32}")]
    private static partial Regex NoncePattern();
}
