using UltraAI.Gateway.LoadTests.Http;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests;

public sealed class LoadRequestsTests
{
    private static readonly LoadOptions Mixed = new() { Target = new Uri("http://localhost"), Key = "k", Scenario = LoadScenario.Mixed };

    [Theory]
    [InlineData("http://localhost:8080", "http://localhost:8080/ultra")]
    [InlineData("http://localhost:8080/gw", "http://localhost:8080/gw/ultra")]
    [InlineData("http://localhost:8080/gw/", "http://localhost:8080/gw/ultra")]
    public void PathOfTheTarget_IsKept(string target, string expected)
    {
        using var request = new LoadRequests(Mixed with { Target = new Uri(target) }).Make(LoadScenario.Ultra);

        Assert.Equal(expected, request.RequestUri!.ToString());
    }

    [Theory]
    [InlineData(20)]
    [InlineData(200)]
    public void Mixed_SendsOneRunInTwenty(int rate)
    {
        var parts = LoadPreflight.Parts(Mixed with { Rate = rate });

        Assert.Equal(
            [(LoadScenario.Passthrough, rate * 14 / 20), (LoadScenario.Streaming, rate * 5 / 20), (LoadScenario.Ultra, rate / 20)], parts);
    }

    [Fact]
    public void WarmUp_SendsTheSameShares()
    {
        var kinds = LoadPreflight.WarmUpKinds(Mixed).CountBy(kind => kind).ToDictionary();

        Assert.Equal((14, 5, 1), (kinds[LoadScenario.Passthrough], kinds[LoadScenario.Streaming], kinds[LoadScenario.Ultra]));
        Assert.All(LoadPreflight.WarmUpKinds(Mixed with { Scenario = LoadScenario.Streaming }), kind => Assert.Equal(LoadScenario.Streaming, kind));
    }
}
