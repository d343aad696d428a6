using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>Streams that have nothing to say yet. The gateway's clock runs forty times as fast.</summary>
public sealed class UltraHeartbeatTests
{
    [Theory]
    [InlineData("", ": ultra initial 2/3", "^(: ultra initial [0-2]/3)?$")]
    [InlineData(",\"ultra\":{\"progress\":\"none\"}", ":", "^:?$")]
    public async Task OpenAIStream_HoldsItsStatusForAWhile_AndThenSaysHowFarItIs(string more, string comment, string pattern)
    {
        await using var environment = await StartAsync();
        var goOn = new TaskCompletionSource();
        environment.Members[2].Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Text = "late", Barrier = goOn.Task });
        environment.ScriptUsualRun();

        using var response = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body(",\"stream\":true" + more), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var seen = new List<string>();
        while (seen.Count(line => line == comment) < 2)
        {
            // On a busy machine the first ones may come before the two that answer have done so.
            var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.NotNull(line);
            seen.Add(line);
        }

        goOn.SetResult();
        var rest = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.All(seen, line => Assert.Matches(pattern, line));
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NativeStream_IsKeptAliveByComments()
    {
        await using var environment = await StartAsync();
        var goOn = new TaskCompletionSource();
        environment.Members[2].Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Text = "late", Barrier = goOn.Task });
        environment.ScriptUsualRun();

        using var response = await environment.PostAsync("/ultra", UltraEnvironment.Body(",\"stream\":true").Replace("\"model\":\"ultra\",", "", StringComparison.Ordinal), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && line != ":")
        {
        }

        goOn.SetResult();
        Assert.Contains("event: run.completed", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    // With a grace and an inactivity timeout that nobody waits for.
    private static Task<UltraEnvironment> StartAsync() => UltraEnvironment.StartAsync(
        preset =>
        {
            preset["GraceMs"] = 600_000;
            preset["Timeouts"] = new System.Text.Json.Nodes.JsonObject { ["InitialMs"] = 3_000_000, ["TotalMs"] = 3_600_000 };
        },
        gateway => gateway["Transport"] = new System.Text.Json.Nodes.JsonObject { ["Timeout"] = "00:10:00" },
        services => services.AddSingleton<TimeProvider>(new FastTime(40)));
}
