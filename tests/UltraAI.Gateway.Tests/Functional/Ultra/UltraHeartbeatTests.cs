using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
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

    [Theory]
    [InlineData("review_revise", "")]
    [InlineData("review_revise", ",\"ultra\":{\"progress\":\"none\"}")]
    [InlineData("off", "")]
    public async Task OpenAIStream_BeginsWhenTheDraftsAreThere(string review, string more)
    {
        // On a clock that stands still no comment is ever due.
        await using var environment = await StartAsync(new FakeTimeProvider(TimeProvider.System.GetUtcNow()), preset => preset["Review"] = new JsonObject { ["Mode"] = review });
        var goOn = new TaskCompletionSource();
        foreach (var member in environment.Members)
        {
            member.Script(UltraEnvironment.IsReview, new SimulatedBehaviour { Text = UltraEnvironment.Review(9, 4), Barrier = goOn.Task });
        }

        environment.Lead.Script(_ => true, new SimulatedBehaviour { Text = "Two.", Barrier = goOn.Task });
        environment.ScriptUsualRun();

        using var limit = Deadlines.StepCancellation();
        using var response = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body(",\"stream\":true" + more), HttpCompletionOption.ResponseHeadersRead, limit.Token);
        goOn.SetResult();

        Assert.Equal((200, "text/event-stream"), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.EndsWith("data: [DONE]\n\n", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAIStream_IsKeptAlive_WhileDraftsComeThatItDoesNotShow()
    {
        await using var environment = await StartAsync();
        environment.Members[2].Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Text = "one two", Chunks = 10_000, ChunkDelay = TimeSpan.FromMilliseconds(25) });
        environment.ScriptUsualRun();

        using var limit = Deadlines.StepCancellation();
        var body = UltraEnvironment.Body(",\"stream\":true,\"ultra\":{\"include\":[\"drafts\"]}");
        using var response = await environment.PostAsync("/ultra/v1/chat/completions", body, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        for (var comments = 0; comments < 4;)
        {
            var line = await reader.ReadLineAsync(limit.Token);
            Assert.Matches("^(: ultra initial [0-2]/3)?$", Assert.IsType<string>(line));
            comments += line!.Length > 0 ? 1 : 0;
        }
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
    private static Task<UltraEnvironment> StartAsync(TimeProvider? time = null, Action<JsonObject>? change = null) => UltraEnvironment.StartAsync(
        preset =>
        {
            preset["GraceMs"] = 600_000;
            preset["Timeouts"] = new JsonObject { ["InitialMs"] = 3_000_000, ["TotalMs"] = 3_600_000 };
            change?.Invoke(preset);
        },
        gateway => gateway["Transport"] = new JsonObject { ["Timeout"] = "00:10:00" },
        services => services.AddSingleton(time ?? new FastTime(40)));
}
