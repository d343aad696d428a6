using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Providers;
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
    private readonly RunCosts _costs;

    public RunCostsTests() => _costs = new RunCosts(new RunAdmission(new VirtualKey { Name = "tests" }, Prices, _limits, null, 0), maxUsd: 2);

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
