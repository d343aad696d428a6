using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>Requests that come again after an error: what providers have done once is not done twice.</summary>
public sealed class UltraRepeatTests
{
    [Theory]
    [InlineData("/ultra/v1/chat/completions", "")]
    [InlineData("/ultra", "")]
    public async Task SameRequest_GetsTheSameError_WithoutAnyCall(string target, string more)
    {
        await using var environment = await StartAsync();

        using var first = await environment.PostAsync(target, Body(target, more));
        var calls = environment.Requests.Count();
        using var again = await environment.PostAsync(target, Body(target, more));

        Assert.Equal((502, 502), ((int)first.StatusCode, (int)again.StatusCode));
        Assert.False(first.Headers.Contains("x-ultraai-repeated"));
        Assert.Equal("true", Assert.Single(again.Headers.GetValues("x-ultraai-repeated")));
        Assert.Equal("false", Assert.Single(again.Headers.GetValues("x-should-retry")));
        Assert.Equal(await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(calls, environment.Requests.Count());
    }

    [Fact]
    public async Task StreamThatFailsBeforeItBegins_IsAnErrorLikeAnyOther()
    {
        await using var environment = await UltraEnvironment.StartAsync(preset => preset["Require"] = "full");
        var goOn = new TaskCompletionSource();
        environment.Members[2].Script(_ => true, new SimulatedBehaviour { Status = 400, Barrier = goOn.Task });
        environment.Members[0].Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Text = "one two", Chunks = 2, BeforeChunk = chunk => chunk == 0 ? Task.CompletedTask : Task.Delay(Timeout.Infinite) });
        environment.ScriptUsualRun();

        // With the drafts asked for, what is written of them tells when a provider has worked.
        const string More = ",\"stream\":true,\"ultra\":{\"progress\":\"events\",\"include\":[\"drafts\"]}";
        var first = environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body(More));
        await Eventually.TrueAsync(() => environment.Measurements.Sum("ultraai.ultra.calls", "stage=initial", "outcome=ok") == 1, "a draft is there");
        goOn.SetResult();
        using var failed = await first;
        var calls = environment.Requests.Count();
        using var again = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body(More));

        Assert.Equal((503, 503), ((int)failed.StatusCode, (int)again.StatusCode));
        Assert.Equal("true", Assert.Single(again.Headers.GetValues("x-ultraai-repeated")));
        Assert.Equal(calls, environment.Requests.Count());
    }

    [Fact]
    public async Task AnotherRequest_IsRun()
    {
        await using var environment = await StartAsync();

        await environment.AskAsync(status: 502);
        var calls = environment.Requests.Count();
        await environment.AskAsync(",\"temperature\":0.5", status: 502);

        Assert.Equal(2 * calls, environment.Requests.Count());
    }

    [Fact]
    public async Task ErrorBeforeAnyWork_MayBeRepeated()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        foreach (var member in environment.Members)
        {
            member.Script(_ => true, new SimulatedBehaviour { Status = 400 }, times: 1);
        }

        environment.ScriptUsualRun();

        await environment.AskAsync(status: 502);

        Assert.Equal("complete", (string?)(await environment.AskAsync())["ultra"]!["status"]);
    }

    [Theory]
    [InlineData("/ultra/v1/chat/completions")]
    [InlineData("/ultra")]
    public async Task CancelledRun_TellsWhoWaits_NotToComeAgain(string target)
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.Lead.Script(_ => true, SimulatedBehaviour.Hang);
        environment.ScriptUsualRun();
        var waiting = environment.PostAsync(target, Body(target, ""));
        var hanging = await environment.Lead.WaitForRequestAsync();
        var run = Assert.Single(environment.RunIds);

        using var cancelled = await environment.SendAsync(HttpMethod.Delete, "/ultra/runs/" + run);
        using var answer = await waiting;

        Assert.Equal((202, 499), ((int)cancelled.StatusCode, (int)answer.StatusCode));
        Assert.Equal(("run_cancelled", "false"), (Assert.Single(answer.Headers.GetValues("x-ultraai-error")), Assert.Single(answer.Headers.GetValues("x-should-retry"))));
        await hanging.Aborted.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
    }

    // Drafts and reviews are written; then there is no lead.
    private static async Task<UltraEnvironment> StartAsync()
    {
        var environment = await UltraEnvironment.StartAsync(preset => preset["Lead"]!["OnFailure"] = "fail");
        environment.Lead.Script(_ => true, new SimulatedBehaviour { Status = 400 });
        environment.ScriptUsualRun();
        return environment;
    }

    private static string Body(string target, string more) =>
        target == "/ultra" ? UltraEnvironment.Body(more).Replace("\"model\":\"ultra\",", "", StringComparison.Ordinal) : UltraEnvironment.Body(more);
}
