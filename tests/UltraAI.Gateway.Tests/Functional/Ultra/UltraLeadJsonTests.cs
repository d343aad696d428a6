using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>A lead that was asked for JSON and answers with something else: the next one is asked, but a whole answer is never thrown away for none.</summary>
public sealed class UltraLeadJsonTests
{
    private const string Fenced = "```json\n{\"moons\":2}\n```";
    private const string WantsJson = ""","response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object"}}}""";
    private const int SynthesisMs = 31_415;
    private const int TotalMs = 271_828;

    [Fact]
    public async Task GoodJsonOfTheNextLead_IsTheAnswer()
    {
        await using var environment = await StartAsync();
        environment.Simulator.OpenAI.Script(UltraEnvironment.IsLead, new SimulatedBehaviour { Text = """{"moons":2}""" });

        var answer = await environment.AskAsync(WantsJson);

        Assert.Equal(("""{"moons":2}""", "openai/model-z", 2), (
            (string?)answer["choices"]![0]!["message"]!["content"], (string?)answer["ultra"]!["lead"]!["model"], (int)answer["ultra"]!["lead"]!["attempts"]!));
    }

    [Theory]
    [InlineData("top_ranked")]
    [InlineData("fail")]
    public async Task Answer_IsKept_WhenAllOtherLeadsFail(string onFailure)
    {
        await using var environment = await StartAsync(preset => preset["Lead"]!["OnFailure"] = onFailure);
        environment.Simulator.OpenAI.Script(UltraEnvironment.IsLead, new SimulatedBehaviour { Status = 400 });

        AssertIsKept(await environment.AskAsync(WantsJson), attempts: 2);
    }

    [Theory]
    [InlineData("top_ranked")]
    [InlineData("fail")]
    public async Task Answer_IsKept_WhenThereIsNoMoneyForTheNextLead(string onFailure)
    {
        // One lead takes at most 0.17 of it.
        await using var environment = await StartAsync(preset =>
        {
            preset["Lead"]!["OnFailure"] = onFailure;
            preset["Budget"] = new JsonObject { ["MaxCostUsd"] = 0.25, ["DraftMaxTokens"] = 1_000 };
        });

        AssertIsKept(await environment.AskAsync(WantsJson), attempts: 1);
        Assert.DoesNotContain(environment.Simulator.OpenAI.Requests, UltraEnvironment.IsLead);
    }

    [Theory]
    [InlineData(SynthesisMs, "any")]
    [InlineData(TotalMs, "any")]
    [InlineData(TotalMs, "full")]
    public async Task Answer_IsKept_WhenTheTimeOfTheNextLeadIsOver(int limit, string require)
    {
        var time = new TimerByHand(TimeSpan.FromMilliseconds(limit));
        await using var environment = await StartAsync(preset => preset["Require"] = require, time);
        environment.Simulator.OpenAI.Script(UltraEnvironment.IsLead, SimulatedBehaviour.Hang);

        var run = environment.AskAsync(WantsJson);
        await environment.Simulator.OpenAI.WaitForRequestAsync(UltraEnvironment.IsLead);
        time.Fire();

        AssertIsKept(await run, attempts: 2);
    }

    [Fact]
    public async Task ClientThatLeaves_GetsNoAnswer()
    {
        await using var environment = await StartAsync();
        environment.Simulator.OpenAI.Script(UltraEnvironment.IsLead, SimulatedBehaviour.Hang);
        using var leave = new CancellationTokenSource();
        var run = environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body(WantsJson), cancellationToken: leave.Token);
        await environment.Simulator.OpenAI.WaitForRequestAsync(UltraEnvironment.IsLead);

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await Eventually.TrueAsync(() => environment.Measurements.Sum("ultraai.ultra.runs", "status=cancelled") == 1, "the run is cancelled");
    }

    private static async Task<UltraEnvironment> StartAsync(Action<JsonObject>? change = null, TimeProvider? time = null)
    {
        var environment = await UltraEnvironment.StartAsync(
            preset =>
            {
                preset["Review"] = new JsonObject { ["Mode"] = "off" };
                preset["Lead"] = new JsonObject { ["Models"] = new JsonArray("huggingface/lead-model", "openai/model-z"), ["AllowMembers"] = false };
                preset["Timeouts"] = new JsonObject { ["SynthesisMs"] = SynthesisMs, ["TotalMs"] = TotalMs };
                change?.Invoke(preset);
            },
            services: services => services.AddSingleton(time ?? TimeProvider.System));
        environment.Lead.Script(_ => true, new SimulatedBehaviour { Text = Fenced });
        for (var i = 0; i < environment.Members.Count; i++)
        {
            environment.Members[i].Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Text = UltraEnvironment.DraftTexts[i] });
        }

        return environment;
    }

    private static void AssertIsKept(JsonNode answer, int attempts)
    {
        var ultra = answer["ultra"]!;
        Assert.Equal((Fenced, "complete", true), ((string?)answer["choices"]![0]!["message"]!["content"], (string?)ultra["status"], (bool)ultra["synthesized"]!));
        Assert.Equal(("huggingface/lead-model", attempts), ((string?)ultra["lead"]!["model"], (int)ultra["lead"]!["attempts"]!));
    }

    /// <summary>Time in which the timer of one length fires when it is told to.</summary>
    private sealed class TimerByHand(TimeSpan due) : TimeProvider
    {
        public Action Fire { get; private set; } = () => throw new InvalidOperationException("There is no such timer.");

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == due)
            {
                Fire = () => callback(state);
            }

            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
