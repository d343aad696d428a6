using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>Providers that tell what they should not: credentials come back in their errors.</summary>
public sealed class UltraSecretTests
{
    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(500)]
    public async Task Credentials_AreInNoErrorEventOrLog(int status)
    {
        await using var environment = await UltraEnvironment.StartAsync();
        foreach (var member in environment.Members)
        {
            var body = new JsonObject { ["error"] = new JsonObject { ["message"] = $"The key {member.Credential} may not.", ["type"] = member.Credential, ["code"] = member.Credential } };
            member.Script(_ => true, new SimulatedBehaviour { Status = status, Body = body.ToJsonString(), ContentType = "application/json", Headers = [new("x-echo", member.Credential)] });
        }

        using var whole = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body());
        var frames = await environment.StreamAsync();

        var texts = frames.Select(frame => frame.Data.ToJsonString())
            .Append(await whole.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Append(whole.Headers.ToString())
            .Concat(environment.Logs.Lines);
        Assert.All(texts, text => Assert.All(environment.Members, member => Assert.DoesNotContain(member.Credential, text, StringComparison.Ordinal)));
        Assert.Equal(502, (int)whole.StatusCode);
        Assert.Equal("run.failed", frames[^1].Name);
    }

    [Fact]
    public async Task Content_IsInNoLog()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();

        await environment.AskAsync();

        Assert.All(environment.Logs.Lines, line => Assert.All(
            UltraEnvironment.DraftTexts.Append(UltraEnvironment.Question).Append(UltraEnvironment.Key), text => Assert.DoesNotContain(text, line, StringComparison.Ordinal)));
    }
}
