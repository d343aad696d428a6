using System.Text.Json.Nodes;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>Single calls of runs: what becomes of them when something goes wrong on the way.</summary>
public sealed class UltraInnerCallTests
{
    [Fact]
    public async Task FaultOfOurOwn_GivesThePlaceAtTheProviderBack()
    {
        await using var environment = await UltraEnvironment.StartAsync(changeGateway: gateway =>
            gateway["Limits"] = new JsonObject { ["openai"] = new JsonObject { ["MaxConcurrent"] = 1 } });
        var (run, call) = CallTo(environment, "openai", "model-a");

        await Assert.ThrowsAsync<NotSupportedException>(() => environment.Service<IInnerCalls>().SendAsync(
            run, call with { OnEvent = (_, _) => throw new NotSupportedException("A fault.") }, TestContext.Current.CancellationToken));
        var next = await environment.Service<IInnerCalls>().SendAsync(run, call, TestContext.Current.CancellationToken);

        Assert.Equal(ChatOutcome.Ok, next.Chat.Outcome);
    }

    [Theory]
    [InlineData("openai", "model-a", false)]
    [InlineData("openai", "model-a", true)]
    [InlineData("anthropic", "model-b", false)]
    [InlineData("anthropic", "model-b", true)]
    public async Task WholeAnswer_IsNoFailedCall_WhenItsBodyDoesNotEnd(string name, string model, bool breaksOff)
    {
        // The last event is sent, and then nothing, not even the end of the body; or the connection breaks there.
        const int AfterTheLast = 1_000;
        await using var environment = await UltraEnvironment.StartAsync();
        environment.Simulator.All.Single(provider => provider.Name == name).Script(
            _ => true, new SimulatedBehaviour { Text = "Two moons.", HangAfterChunks = breaksOff ? null : AfterTheLast, CutAfterChunks = breaksOff ? AfterTheLast : null });
        var (run, call) = CallTo(environment, name, model);

        var result = await environment.Service<IInnerCalls>().SendAsync(run, call, TestContext.Current.CancellationToken);

        Assert.Equal((ChatOutcome.Ok, "Two moons."), (result.Chat.Outcome, result.Chat.Text));
        Assert.False(result.Charge.IsEstimated);
        Assert.Equal((1, 1), (environment.Measurements.Sum("ultraai.requests"), environment.Measurements.Sum("ultraai.requests", "outcome=ok")));
        Assert.DoesNotContain(environment.Logs.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SilentProvider_IsGivenUpAfterTheInactivityTimeout_AndOneThatDripsIsNot()
    {
        await using var environment = await UltraEnvironment.StartAsync(changeGateway: gateway => gateway["Transport"] = new JsonObject { ["Timeout"] = "00:00:02" });
        environment.Members[0].Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Text = "one two three", Chunks = 3, HangAfterChunks = 2 });
        environment.Members[1].Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Text = "a b c d e f g h i", Chunks = 9, ChunkDelay = TimeSpan.FromMilliseconds(280) });
        environment.ScriptUsualRun();

        var answer = await environment.AskAsync();

        Assert.Equal(["inactivity_timeout", "ok", "ok"], answer["ultra"]!["members"]!.AsArray().Select(member => (string?)member!["draft"]));
        Assert.True((int)answer["ultra"]!["members"]![1]!["ms"]! >= 2_100);
    }

    [Fact]
    public async Task DraftFarBeyondWhatWasAskedFor_IsNoDraft()
    {
        // At 32 characters for each token, with 64 KiB allowed in any case: reviews and the lead would all have to read it.
        await using var environment = await UltraEnvironment.StartAsync(preset => preset["Budget"] = new JsonObject { ["DraftMaxTokens"] = 4_096 });
        environment.Members[0].Script(UltraEnvironment.IsDraft, Stream((4_096 * ChatResultBuilder.MostCharactersPerToken) + 1), times: 1);
        environment.Members[0].Script(UltraEnvironment.IsDraft, Stream(4_096 * ChatResultBuilder.MostCharactersPerToken), times: 1);
        environment.ScriptUsualRun();

        var answer = await environment.AskAsync();
        var next = await environment.AskAsync();

        Assert.Equal("ok", (string?)next["ultra"]!["members"]![0]!["draft"]);
        Assert.Equal(["protocol_error", "ok", "ok"], answer["ultra"]!["members"]!.AsArray().Select(member => (string?)member!["draft"]));
    }

    [Fact]
    public async Task AnswerThatIsBrokenOff_IsAnEstimate_WhateverWasReportedSoFar()
    {
        // Too long after its first piece; what more would come, and with it the rest of the usage, is not waited for.
        await using var environment = await UltraEnvironment.StartAsync();
        environment.Members[0].Script(_ => true, new SimulatedBehaviour
        {
            ContentType = "text/event-stream",
            Body = Piece((64 * 1024) + 1) + string.Concat(Enumerable.Repeat(Piece(1_000), 1_000)) + "data: [DONE]\n\n",
        });
        var (run, call) = CallTo(environment, "openai", "model-a");

        var result = await environment.Service<IInnerCalls>().SendAsync(run, call, TestContext.Current.CancellationToken);

        Assert.Equal(ChatOutcome.ProtocolError, result.Chat.Outcome);
        Assert.True(result.Charge.IsEstimated);

        static string Piece(int characters) =>
            $"data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{new string('x', characters)}\"}}}}],\"usage\":{{\"prompt_tokens\":5,\"completion_tokens\":7}}}}\n\n";
    }

    private static (RunAdmission Run, InnerCall Call) CallTo(UltraEnvironment environment, string name, string model)
    {
        Assert.True(environment.Service<IProviderSource>().Providers.TryGet(name, out var provider));
        var target = new CallTarget(provider, model);
        var call = new InnerCall
        {
            Id = "i.m1",
            Reference = new ModelReference(name, model),
            Target = target,
            Request = new ChatRequest { Model = model, Messages = [ChatMessage.Of(ChatRole.User, "Hello")], MaxOutputTokens = 100 },
            Planned = new PlannedCall([target], 10, 10),
        };
        return (new RunAdmission(new VirtualKey { Name = "tests" }, environment.Service<IPriceSource>().Prices, null, null, 0), call);
    }

    // As a server would that does not heed max_tokens.
    private static SimulatedBehaviour Stream(int characters) => new()
    {
        ContentType = "text/event-stream",
        Body = $"data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{new string('x', characters)}\"}},\"finish_reason\":\"stop\"}}]}}\n\ndata: [DONE]\n\n",
    };
}
