using UltraAI.Gateway.Compare;
using UltraAI.Gateway.Compare.Reports;
using UltraAI.Gateway.Compare.Scenarios;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests.Compare;

public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(0, 10, 10)] // within the must of 1.00
    [InlineData(1, 11, 10)]
    [InlineData(1, double.NaN, 10)]
    [InlineData(1, 10, double.NaN)]
    public void MissedOrVoidFigure_IsAFailure(int exitCode, double gateway, double yarp) => Assert.Equal(exitCode, ExitCode(new CompareOptions(), [], ("gateway", gateway), ("yarp", yarp)));

    [Fact]
    public void FigureThatIsLacking_IsAFailure() => Assert.Equal(1, ExitCode(new CompareOptions(), [], ("gateway", null), ("yarp", 10)));

    [Fact]
    public void FigureOfATargetThatIsLeftOut_IsNone()
    {
        Assert.Equal(0, ExitCode(new CompareOptions(), [], ("gateway", 11)));
        Assert.Equal(0, ExitCode(new CompareOptions(), ["nginx"], ("gateway", 10), ("yarp", 10)));
    }

    [Fact]
    public void NamedTargetThatIsNotThere_IsAFailure() =>
        Assert.Equal(1, ExitCode(CompareOptions.Parse(["--targets", "gateway,yarp,nginx"]), ["nginx"], ("gateway", 10), ("yarp", 10)));

    [Fact]
    public void MissedFigure_OfAQuickRun_IsNoFailure()
    {
        Assert.Equal(0, ExitCode(new CompareOptions { IsQuick = true }, [], ("gateway", 11), ("yarp", 10)));
        Assert.Equal(1, ExitCode(new CompareOptions { IsQuick = true }, [], ("gateway", 11), ("yarp", double.NaN)));
    }

    [Fact]
    public void NothingMeasured_IsNoResult() => Assert.Equal(2, new ComparisonReport(new CompareOptions(), new Dictionary<string, Dictionary<string, List<Sample>>>(), []).ExitCode);

    // Of the scenario "unary", one round: CPU time by target; NaN is a measurement with an error, null one without the figure.
    private static int ExitCode(CompareOptions options, string[] missing, params (string Target, double? Cpu)[] samples) => new ComparisonReport(
        options,
        new Dictionary<string, Dictionary<string, List<Sample>>>
        {
            ["unary"] = samples.ToDictionary(
                sample => sample.Target,
                sample => new List<Sample> { new(sample.Cpu is { } cpu ? new Dictionary<string, double> { ["cpu_us"] = cpu } : [], sample.Cpu is double.NaN ? 1 : 0) }),
        },
        missing).ExitCode;
}
