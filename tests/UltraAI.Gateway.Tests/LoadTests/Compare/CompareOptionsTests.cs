using UltraAI.Gateway.Compare;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests.Compare;

public sealed class CompareOptionsTests
{
    [Theory]
    [InlineData("--rounds", "3", "--quick", "--streams", "7")]
    [InlineData("--quick", "--rounds", "3", "--streams", "7")]
    public void Quick_LeavesWhatIsGiven(params string[] args)
    {
        var options = CompareOptions.Parse(args);

        Assert.Equal((true, 3, 7, 20), (options.IsQuick, options.Rounds, options.IdleStreams, options.PacedStreams));
    }

    [Fact]
    public void Quick_IsNoOptionWhereItIsAValue() => Assert.False(CompareOptions.Parse(["--gateway-args", "--quick"]).IsQuick);

    [Theory]
    [InlineData("--rounds: '0.5' is not a whole number above 0", "--rounds", "0.5")]
    [InlineData("--rounds: '0' is not a whole number above 0", "--rounds", "0")]
    [InlineData("--streams: '-1' is not a whole number above 0", "--streams", "-1")]
    [InlineData("--streams: '99999999999' is not a whole number above 0", "--streams", "99999999999")]
    [InlineData("--seconds: '0' is not a number above 0", "--seconds", "0")]
    [InlineData("--seconds: 'Infinity' is not a number above 0", "--seconds", "Infinity")]
    [InlineData("Give at least one scenario", "--scenarios", ",")]
    [InlineData("Give at least one target", "--targets", "")]
    [InlineData("Nothing to measure: none of these scenarios is for any of these targets", "--scenarios", "idle-load", "--targets", "yarp,nginx")]
    public void WhatMeasuresNothing_IsRefused(string message, params string[] args) =>
        Assert.Contains(message, Assert.Throws<CompareException>(() => CompareOptions.Parse(args)).Message, StringComparison.Ordinal);
}
