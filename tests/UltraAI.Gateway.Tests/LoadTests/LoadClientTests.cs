using System.Text.Json.Nodes;
using UltraAI.Gateway.LoadTests.Http;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Tests.Functional.Ultra;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests;

/// <summary>The load tests' client against a real gateway: what each end of a request is counted as.</summary>
public sealed class LoadClientTests
{
    [Fact]
    public async Task Passthrough_IsOkAndKeepsItsConnection()
    {
        await using var setup = await Setup.StartAsync();
        using var client = setup.Client();

        for (var i = 0; i < 5; i++)
        {
            var outcome = await client.SendAsync(LoadScenario.Passthrough);
            Assert.Equal((CallOutcome.Ok, 0), (outcome.Code, outcome.Chunks));
            Assert.True(outcome is { Bytes: > 100, FirstChunk: 0 } && outcome.Began <= outcome.Answered && outcome.Answered <= outcome.Ended);
        }

        Assert.Equal(1, client.ConnectionsOpened);
        var sent = setup.Simulator.OpenAI.Requests[0];
        Assert.InRange(sent.Body.Length, 1024, 1100);
    }

    [Fact]
    public async Task Streaming_TellsTheFirstChunkAndStalls()
    {
        await using var setup = await Setup.StartAsync();
        var gap = TimeSpan.FromMilliseconds(60);
        setup.Simulator.OpenAI.Script(_ => true, new SimulatedBehaviour { Chunks = 6, BeforeChunk = chunk => chunk == 3 ? Task.Delay(gap) : Task.CompletedTask });
        using var client = setup.Client(options => options with { Stall = TimeSpan.FromMilliseconds(50) });

        using var call = await client.OpenAsync(LoadScenario.Streaming);
        Assert.True(call.SoFar is { IsOk: true, Chunks: 1 });
        var outcome = await call.ReadToEndAsync();

        Assert.Equal(CallOutcome.Ok, outcome.Code);
        Assert.InRange(outcome.Chunks, 7, 12);
        Assert.True(outcome.Stalls >= 1 && outcome.LongestGap >= TimeSpan.FromMilliseconds(50), $"{outcome}");
        Assert.InRange(outcome.FirstChunk, outcome.Answered, outcome.Ended);
    }

    [Fact]
    public async Task Ultra_IsOkWhenTheRunIsCompleted()
    {
        await using var panel = await UltraEnvironment.StartAsync();
        panel.ScriptUsualRun();
        using var client = new LoadClient(new LoadOptions { Target = new Uri(panel.Address), Key = UltraEnvironment.Key, Scenario = LoadScenario.Ultra });

        var outcome = await client.SendAsync(LoadScenario.Ultra);

        Assert.True(outcome is { IsOk: true, FirstChunk: > 0, Chunks: > 10 }, $"{outcome}");
    }

    [Fact]
    public async Task FailedRun_IsAFailure()
    {
        await using var panel = await UltraEnvironment.StartAsync();
        foreach (var provider in panel.Simulator.All)
        {
            provider.Script(_ => true, SimulatedBehaviour.ServerError);
        }

        using var client = new LoadClient(new LoadOptions { Target = new Uri(panel.Address), Key = UltraEnvironment.Key, Scenario = LoadScenario.Ultra });

        Assert.False((await client.SendAsync(LoadScenario.Ultra)).IsOk);
    }

    [Fact]
    public async Task ErrorOfTheGateway_IsCountedByItsCode()
    {
        await using var setup = await Setup.StartAsync();
        using var client = setup.Client(options => options with { Key = "uag-of-nobody" });

        Assert.Equal("invalid_key", (await client.SendAsync(LoadScenario.Passthrough)).Code);
        Assert.Equal("invalid_key", (await client.SendAsync(LoadScenario.Streaming)).Code);
    }

    [Fact]
    public async Task ErrorOfTheProvider_IsCountedByItsStatus()
    {
        await using var setup = await Setup.StartAsync();
        setup.Simulator.OpenAI.Script(_ => true, SimulatedBehaviour.ServerError);
        using var client = setup.Client();

        Assert.Equal("http_500", (await client.SendAsync(LoadScenario.Passthrough)).Code);
    }

    [Fact]
    public async Task StreamThatBreaksOff_IsAFailure()
    {
        await using var setup = await Setup.StartAsync();
        setup.Simulator.OpenAI.Script(_ => true, SimulatedBehaviour.Cut(2));
        using var client = setup.Client();

        Assert.Contains((await client.SendAsync(LoadScenario.Streaming)).Code, new[] { "broken_transfer", "incomplete" });
    }

    [Fact]
    public async Task StreamWithoutItsEnd_IsIncomplete()
    {
        await using var setup = await Setup.StartAsync();
        setup.Simulator.OpenAI.Script(_ => true, new SimulatedBehaviour { Body = "data: {\"choices\":[]}\n\n", ContentType = "text/event-stream" });
        using var client = setup.Client();

        Assert.Equal("incomplete", (await client.SendAsync(LoadScenario.Streaming)).Code);
    }

    [Fact]
    public async Task ErrorInsideAStream_IsAFailure()
    {
        await using var setup = await Setup.StartAsync();
        setup.Simulator.OpenAI.Script(_ => true, new SimulatedBehaviour { ErrorAfterChunks = 2 });
        using var client = setup.Client();

        Assert.Equal("error_in_stream", (await client.SendAsync(LoadScenario.Streaming)).Code);
    }

    [Fact]
    public async Task AnswerThatIsNoStream_IsAFailure()
    {
        await using var setup = await Setup.StartAsync();
        setup.Simulator.OpenAI.Script(_ => true, new SimulatedBehaviour { Body = """{"choices":[{}]}""", ContentType = "application/json" });
        using var client = setup.Client();

        Assert.Equal("not_a_stream", (await client.SendAsync(LoadScenario.Streaming)).Code);
    }

    [Theory]
    [InlineData("""{"choices":null}""")]
    [InlineData("""{"choices":1}""")]
    [InlineData("""{"choices":[]}""")]
    [InlineData("null")]
    public async Task AnswerWithoutChoices_IsIncomplete(string body)
    {
        await using var setup = await Setup.StartAsync();
        setup.Simulator.OpenAI.Script(_ => true, new SimulatedBehaviour { Body = body, ContentType = "application/json" });
        using var client = setup.Client();

        Assert.Equal("incomplete", (await client.SendAsync(LoadScenario.Passthrough)).Code);
    }

    [Fact]
    public async Task Silence_IsATimeout()
    {
        await using var setup = await Setup.StartAsync();
        setup.Simulator.OpenAI.Script(_ => true, SimulatedBehaviour.Hang);
        using var client = setup.Client(options => options with { Timeout = TimeSpan.FromMilliseconds(200) });

        Assert.Equal("timeout", (await client.SendAsync(LoadScenario.Passthrough)).Code);
    }

    [Fact]
    public async Task Preflight_SaysWhatIsWrong()
    {
        await using var setup = await Setup.StartAsync();
        var options = setup.Options with { Key = "uag-of-nobody" };
        using var stranger = new LoadClient(options);
        Assert.Contains("'invalid_key'. Is --key a virtual key", await LoadPreflight.RunAsync(options, stranger), StringComparison.Ordinal);

        options = setup.Options with { Target = new Uri("http://127.0.0.1:1") };
        using var nowhere = new LoadClient(options);
        Assert.Contains("'not_connected'. Is the gateway running", await LoadPreflight.RunAsync(options, nowhere), StringComparison.Ordinal);

        options = setup.Options with { WarmUp = TimeSpan.FromMilliseconds(100) };
        using var client = new LoadClient(options);
        Assert.Null(await LoadPreflight.RunAsync(options, client));
        Assert.True(setup.Simulator.OpenAI.Requests.Count > 1);
    }

    [Fact]
    public async Task Governance_HoldsTheGatewayToItsLimit()
    {
        await using var setup = await Setup.StartAsync(new JsonObject { ["RequestsPerMinute"] = 600, ["RequestBurst"] = 5 });
        var options = setup.Options with { Scenario = LoadScenario.Governance, RequestsPerMinute = 600, RequestBurst = 5 };
        using var client = new LoadClient(options);
        var tally = new LoadTally(limited: true);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            while (tally.Codes.GetValueOrDefault(CallOutcome.Ok) < 8)
            {
                tally.Add(await client.SendAsync(LoadScenario.Governance));
            }
        }));

        Assert.Empty(LoadVerdict.Missed(options, tally));
        Assert.Contains("More was admitted", Assert.Single(LoadVerdict.Missed(options with { RequestsPerMinute = 60, RequestBurst = 1 }, tally)), StringComparison.Ordinal);
        Assert.Contains(LoadReport.Rows(options, tally, client.ConnectionsOpened), row => row.Name == "worst_excess_over_limit");
    }

    private sealed class Setup(ProviderSimulator simulator, GatewayEnvironment gateway) : IAsyncDisposable
    {
        public ProviderSimulator Simulator => simulator;

        public LoadOptions Options { get; } = new() { Target = new Uri($"http://127.0.0.1:{gateway.Port}"), Key = GatewayEnvironment.VirtualKey, Scenario = LoadScenario.Passthrough };

        public static async Task<Setup> StartAsync(JsonObject? limits = null)
        {
            var simulator = await ProviderSimulator.StartAsync(null, TestContext.Current.CancellationToken);
            return new Setup(simulator, await SimulatorGateway.StartAsync(simulator, configuration => configuration["VirtualKeys"]![0]!["Limits"] = limits));
        }

        public LoadClient Client(Func<LoadOptions, LoadOptions>? change = null) => new(change?.Invoke(Options) ?? Options);

        public async ValueTask DisposeAsync()
        {
            await gateway.DisposeAsync();
            await simulator.DisposeAsync();
        }
    }
}
