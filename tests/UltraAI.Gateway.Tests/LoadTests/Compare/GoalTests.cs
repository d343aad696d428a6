using UltraAI.Gateway.Compare.Reports;
using UltraAI.Gateway.Compare.Scenarios;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests.Compare;

public sealed class GoalTests
{
    [Fact]
    public void Ratio_IsPairedByRound_AndItsLowerQuartileDecides()
    {
        var goal = GoalList.All.First(goal => goal.Scenario == "unary");

        // By round 1.2, 1.1, 0.9, 1.3, and one where bare YARP had errors.
        var figure = goal.Over(Samples(("gateway", [12, 22, 9, 13, 1]), ("yarp", [10, 20, 10, 10, double.NaN])));

        Assert.Equal((1.05, 1.15, 4), (Math.Round(figure.Lower, 6), Math.Round(figure.Median, 6), figure.Count));
        Assert.Equal("MISSED", goal.Verdict(figure));
        Assert.Equal("must", goal.Verdict(figure with { Lower = 0.99 }));
        Assert.Equal("goal", goal.Verdict(figure with { Lower = 0.85, Median = 2 }));
    }

    [Fact]
    public void ValueWithoutComparison_IsDecidedByItsMedian()
    {
        var goal = GoalList.All.Single(goal => goal.What.StartsWith("memory per idle stream", StringComparison.Ordinal));

        Assert.Equal("must", goal.Verdict(new Quartiles(10, 30, 40, 3)));
    }

    [Fact]
    public void TargetThatWasNotMeasured_LeavesNoFigure()
    {
        var goal = GoalList.All.First(goal => goal.Scenario == "unary");

        Assert.False(goal.IsMeasured(Samples(("gateway", [1, 2]))));
        Assert.True(goal.IsMeasured(Samples(("gateway", [1, 2]), ("yarp", [double.NaN, double.NaN]))));
        Assert.Equal("void", goal.Verdict(goal.Over(Samples(("gateway", [1, 2]), ("yarp", [double.NaN, double.NaN])))));
    }

    [Fact]
    public void Goals_AreOfScenariosThatThereAre() => Assert.All(GoalList.All, goal => Assert.Contains(goal.Scenario, ScenarioList.Names));

    [Fact]
    public void Chart_HasABarForEachTarget()
    {
        var svg = RatioChart.Draw([("1 KB <calls>", "gateway", 0.85), ("1 KB <calls>", "yarp", 1), ("uploads", "gateway", 1.1)]);

        Assert.Equal("svg", System.Xml.Linq.XDocument.Parse(svg).Root!.Name.LocalName);
        Assert.Equal(4, svg.Split("<rect ").Length - 1);
        Assert.Contains(">0.85<", svg, StringComparison.Ordinal);
    }

    private static Dictionary<string, List<Sample>> Samples(params (string Target, double[] Cpu)[] targets) => targets.ToDictionary(
        target => target.Target,
        target => target.Cpu.Select(cpu => new Sample(new Dictionary<string, double> { ["cpu_us"] = cpu }, double.IsNaN(cpu) ? 1 : 0)).ToList());
}
