using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Synthesis.Runs;
using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Runs;

public sealed class RunCostsTests
{
    // A dollar for each call.
    private static readonly PriceTable Prices = PriceTable.Build([new PriceOptions { Model = "*/*", Input = 1, Output = 1 }], "Prices", []);
    private static readonly PlannedCall Call = new([new CallTarget(new Provider("openai", ProviderKinds.OpenAI, ["https://provider.example"], []), "model-a")], 500_000, 500_000);

    private readonly Limits _limits = new();
    private readonly RunAdmission _admission;
    private readonly RunCosts _costs;

    public RunCostsTests()
    {
        _admission = new RunAdmission(new VirtualKey { Name = "tests" }, Prices, _limits, null, 0);
        _costs = new RunCosts(_admission, maxUsd: 2);
    }

    [Fact]
    public async Task CallsBeyondTheMost_AreNotAskedForAtTheKey()
    {
        _costs.Begin([Call]);

        Assert.True(await _costs.TryExtendAsync(Call));
        Assert.False(await _costs.TryExtendAsync(Call));

        Assert.Equal(1, _limits.Asked);
    }

    [Fact]
    public async Task CallThatTheKeyHasNoRoomFor_TakesNothing()
    {
        _costs.Begin([Call]);
        _limits.Refuses = () => Task.FromResult(true);
        Assert.False(await _costs.TryExtendAsync(Call));

        _limits.Refuses = () => Task.FromResult(false);

        Assert.True(await _costs.TryExtendAsync(Call));
        Assert.False(await _costs.TryExtendAsync(Call));
    }

    [Fact]
    public async Task RefusalThatComesInTheNextStage_MakesNoRoomThere()
    {
        var refused = new TaskCompletionSource<bool>();
        _costs.Begin([Call]);
        _limits.Refuses = () => refused.Task;
        var late = _costs.TryExtendAsync(Call);
        _costs.Begin([Call, Call]);

        refused.SetResult(true);

        Assert.False(await late);
        _limits.Refuses = () => Task.FromResult(false);
        Assert.False(await _costs.TryExtendAsync(Call));
    }

    [Fact]
    public async Task CallThatHasNotEnded_CountsAtItsWorstInTheNextStage()
    {
        var calls = new Straggling();
        var chain = new CallChain(calls, _admission, calls, TimeProvider.System);
        var straggler = chain.RunAsync(
            new ChainRequest
            {
                Id = "i.m1",
                Links = [new ChainLink(new ModelReference("openai", "model-a"), Call.Targets[0], Call)],
                Chat = new ChatRequest { Model = "model-a", Messages = [] },
                TimeLeft = () => TimeSpan.Zero,
                TryExtendAsync = _ => ValueTask.FromResult(false),
            },
            TestContext.Current.CancellationToken);

        Assert.False(_costs.Fits([Call, Call]));
        _costs.Begin([Call]);
        Assert.False(await _costs.TryExtendAsync(Call));

        // It has cost nothing, as it turns out.
        calls.Ends.SetResult(InnerResult.NotMade(new ChatFailure(ChatOutcome.Cancelled)));
        await straggler;
        Assert.True(_costs.Fits([Call, Call]));
    }

    /// <summary>Calls that end when the test says so.</summary>
    private sealed class Straggling : IInnerCalls, IChainObserver
    {
        public TaskCompletionSource<InnerResult> Ends { get; } = new();

        public Task<InnerResult> SendAsync(RunAdmission run, InnerCall inner, CancellationToken cancellationToken) => Ends.Task;

        public void Started(ChainRequest request, ChainLink link, int attempt)
        {
        }

        public void Retrying(ChainRequest request, InnerResult failed, TimeSpan wait, ModelReference next)
        {
        }

        public void Ended(ChainRequest request, ChainLink link, InnerResult result)
        {
        }
    }

    /// <summary>A key's limits that refuse when the test says so.</summary>
    private sealed class Limits : LimitReservation
    {
        public Func<Task<bool>> Refuses { get; set; } = () => Task.FromResult(false);

        public int Asked { get; private set; }

        public override async ValueTask<GatewayError?> ExtendAsync(LimitDemand more)
        {
            Asked++;
            return await Refuses() ? new GatewayError(ErrorCode.RateLimited, "Too many.") : null;
        }

        public override void Settle(long tokens)
        {
        }
    }
}
