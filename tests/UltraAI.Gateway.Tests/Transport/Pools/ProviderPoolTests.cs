using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Pools;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport.Pools;

/// <summary>Who gets which destination and credential, and what of that outlives a reload.</summary>
public sealed class ProviderPoolTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Source _source = new();

    [Theory]
    [InlineData(1, 1, 500)]
    [InlineData(3, 1, 750)]
    [InlineData(1, 9, 100)]
    public void CallsOneAfterTheOther_AreSharedByWeight(int one, int two, int expected)
    {
        var pool = PoolOf(Provider("secret-one", "secret-two", one, two));

        var first = Enumerable.Range(0, 1000).Count(_ => Choose(pool)!.Name == "one");

        Assert.InRange(first, expected - 5, expected + 5);
    }

    [Fact]
    public void RunningCalls_AreSharedByWeight()
    {
        var pool = PoolOf(Provider("secret-one", "secret-two", 3, 1));

        for (var i = 0; i < 100; i++)
        {
            Choose(pool)!.Enter();
        }

        Assert.Equal([75, 25], pool.Credentials.Select(credential => credential.ActiveCalls));
    }

    [Fact]
    public void Destination_IsTheOneWithTheFewestCalls()
    {
        var pool = PoolOf(Provider("secret-one", "secret-two"));
        pool.Destinations[0].Enter();

        Assert.All(Enumerable.Range(0, 10), _ => Assert.Equal("two.example", pool.ChooseDestination(tried: 0)!.Name));
        Assert.Equal("one.example", pool.ChooseDestination(tried: 2)!.Name);
        Assert.Null(pool.ChooseDestination(tried: 3));
    }

    [Fact]
    public void CredentialOutsideOfTheKeysScope_IsNeverChosen()
    {
        var pool = PoolOf(Provider("secret-one", "secret-two"));
        pool.Credentials[1].Enter();

        var allowed = new[] { "two" }.ToFrozenSet();

        Assert.Equal("two", pool.ChooseCredential(allowed, null, tried: 0, out _)?.Name);
        Assert.Null(pool.ChooseCredential(allowed, null, tried: 2, out var rest));
        Assert.Null(rest);
    }

    [Fact]
    public void RestingCredential_IsLeftOutForItsModelAlone()
    {
        var pool = PoolOf(Provider("secret-one", "secret-two"));
        Assert.True(pool.Credentials[0].Rest("gpt", TimeSpan.FromSeconds(3)));

        Assert.All(Enumerable.Range(0, 10), _ => Assert.Equal("two", Choose(pool, "gpt")!.Name));
        Assert.Contains(Enumerable.Range(0, 10), _ => Choose(pool, "other")!.Name == "one");
        Assert.Contains(Enumerable.Range(0, 10), _ => Choose(pool)!.Name == "one");

        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Contains(Enumerable.Range(0, 10), _ => Choose(pool, "gpt")!.Name == "one");
    }

    [Fact]
    public void WhenAllRest_TheSoonestIsTold()
    {
        var pool = PoolOf(Provider("secret-one", "secret-two"));
        pool.Credentials[0].Rest(null, TimeSpan.FromSeconds(9));
        pool.Credentials[1].Rest("gpt", TimeSpan.FromSeconds(4));

        Assert.Null(pool.ChooseCredential(null, "gpt", tried: 0, out var rest));
        Assert.Equal(TimeSpan.FromSeconds(4), rest);
    }

    [Fact]
    public void Rest_LastsNoLongerThanFiveMinutes_AndIsNotShortened()
    {
        var credential = PoolOf(Provider("secret-one", "secret-two")).Credentials[0];

        Assert.True(credential.Rest(null, TimeSpan.FromDays(1)));
        Assert.False(credential.Rest(null, TimeSpan.FromSeconds(1)));

        Assert.Equal(TimeSpan.FromMinutes(5), credential.RestOf("any", _time.GetTimestamp()));
    }

    [Fact]
    public void ModelsThatRest_AreBounded()
    {
        var credential = PoolOf(Provider("secret-one", "secret-two")).Credentials[0];

        for (var i = 0; i < CredentialState.MaxModels; i++)
        {
            credential.Rest($"model-{i}", TimeSpan.FromSeconds(10));
        }

        Assert.Equal(TimeSpan.Zero, credential.RestOf("another", _time.GetTimestamp()));
        Assert.Equal(CredentialState.MaxModels, credential.Read().Models.Count);

        credential.Rest("one-more", TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(10), credential.RestOf("another", _time.GetTimestamp()));
        Assert.Empty(credential.Read().Models);
    }

    [Fact]
    public void RejectedCredential_IsChosenOnlyWhereThereIsNoOther()
    {
        var pool = PoolOf(Provider("secret-one", "secret-two"));
        Assert.True(pool.Credentials[0].Reject());
        Assert.False(pool.Credentials[0].Reject());

        Assert.All(Enumerable.Range(0, 10), _ => Assert.Equal("two", Choose(pool)!.Name));
        pool.Credentials[1].Rest(null, TimeSpan.FromSeconds(1));
        Assert.Null(Choose(pool));
        _time.Advance(TimeSpan.FromSeconds(1));
        pool.Credentials[1].Reject();
        Assert.NotNull(Choose(pool));

        Assert.True(pool.Credentials[0].Accept());
        Assert.Equal("one", Choose(pool)!.Name);
    }

    [Fact]
    public void ServesAModel_WhileACredentialIsNeitherTakenOutNorAtRestForIt()
    {
        var pool = PoolOf(Provider("secret-one", "secret-two"));
        pool.Credentials[0].Reject();
        Assert.True(pool.Serves("gpt"));

        pool.Credentials[1].Rest("gpt", TimeSpan.FromSeconds(3));
        Assert.Equal((false, true), (pool.Serves("gpt"), pool.Serves("other")));

        pool.Credentials[1].Rest(null, TimeSpan.FromSeconds(2));
        Assert.False(pool.Serves("other"));

        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.True(pool.Serves("gpt"));
        pool.Credentials[1].Reject();
        Assert.False(pool.Serves("gpt"));
    }

    [Fact]
    public void ServesAModel_WithoutCredentials_WhileACircuitLetsCallsThrough()
    {
        var pool = PoolOf(new Provider("p", ProviderKinds.OpenAI, ["https://one.example", "https://two.example"], []));
        Assert.True(pool.Serves("gpt"));

        foreach (var destination in pool.Destinations)
        {
            Assert.True(pool.Serves("gpt"));
            for (var i = 0; i < DestinationCircuit.LeastAttempts; i++)
            {
                destination.Circuit.Count(AttemptVerdict.Fails, isProbe: false);
            }
        }

        Assert.False(pool.Serves("gpt"));
    }

    [Fact]
    public void State_TellsWhatIsSo()
    {
        var pool = PoolOf(Provider("secret-one", "secret-two"));
        pool.Destinations[1].Enter();
        pool.Credentials[0].Rest("gpt", TimeSpan.FromSeconds(3));
        pool.Credentials[1].Reject();

        var state = pool.Read();

        Assert.Equal([new DestinationStatus("one.example", CircuitState.Closed, 0), new("two.example", CircuitState.Closed, 1)], state.Destinations);
        Assert.Equal(("one", CredentialCondition.Resting, _time.GetUtcNow().AddSeconds(3)), (state.Credentials[0].Name, state.Credentials[0].State, state.Credentials[0].Until));
        Assert.Equal(["gpt"], state.Credentials[0].Models);
        Assert.Equal(("two", CredentialCondition.Rejected, null), (state.Credentials[1].Name, state.Credentials[1].State, state.Credentials[1].Until));
    }

    [Fact]
    public void Reload_KeepsWhatIsKnownOfACredential_UnlessItsSecretChanges()
    {
        var pools = new ProviderPools(_source, _time);
        var before = pools.Of(_source.Set(Provider("secret-one", "secret-two")));
        before.Credentials[0].Reject();
        before.Credentials[1].Rest(null, TimeSpan.FromMinutes(1));

        var after = pools.Of(_source.Set(Provider("secret-one", "secret-new", 5)));

        Assert.NotSame(before, after);
        Assert.Equal(CredentialCondition.Rejected, after.Credentials[0].Read().State);
        Assert.Equal(5, after.Credentials[0].Weight);
        Assert.Equal(CredentialCondition.Ready, after.Credentials[1].Read().State);
        Assert.Same(before.Destinations[0], after.Destinations[0]);
    }

    private static CredentialState? Choose(ProviderPool pool, string? model = null) => pool.ChooseCredential(null, model, tried: 0, out _);

    private static Provider Provider(string one, string two, int weightOfOne = 1, int weightOfTwo = 1) => new(
        "p",
        ProviderKinds.OpenAI,
        ["https://one.example", "https://two.example"],
        [new ProviderCredential("one", one) { Weight = weightOfOne }, new ProviderCredential("two", two) { Weight = weightOfTwo }]);

    private ProviderPool PoolOf(Provider provider) => new ProviderPools(_source, _time).Of(_source.Set(provider));

    private sealed class Source : IProviderSource
    {
        private ConfigurationReloadToken _changed = new();

        public ProviderTable Providers { get; private set; } = new([]);

        public IChangeToken Changed => _changed;

        public Provider Set(Provider provider)
        {
            Providers = new ProviderTable([provider]);
            var changed = _changed;
            _changed = new ConfigurationReloadToken();
            changed.OnReload();
            return provider;
        }
    }
}
