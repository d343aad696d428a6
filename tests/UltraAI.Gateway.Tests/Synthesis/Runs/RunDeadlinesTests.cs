using UltraAI.Gateway.Synthesis.Runs;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Runs;

public sealed class RunDeadlinesTests
{
    private static readonly StageTimeouts Defaults = new();

    [Theory]
    [InlineData(null, 180, 60)]
    [InlineData(180.0, 180, 60)]
    [InlineData(90.0, 90, 30)]
    [InlineData(18.0, 18, 6)]
    public void Initial_IsScaled(double? deadline, double total, double initial)
    {
        var deadlines = Of(Defaults, deadline)!;

        Assert.Equal((total, initial), (deadlines.Total.TotalSeconds, deadlines.Initial.TotalSeconds));
    }

    [Theory]
    [InlineData(100, 35)]
    [InlineData(180, 60)]
    [InlineData(66, 1)]
    public void Initial_LeavesBothReserves(int total, int initial)
    {
        var deadlines = Of(Defaults with { Total = TimeSpan.FromSeconds(total) }, null)!;

        Assert.Equal(initial, deadlines.Initial.TotalSeconds);
    }

    [Theory]
    [InlineData(null, 10, 90.0)]
    [InlineData(null, 45, 90.0)]
    [InlineData(null, 60, 75.0)]
    [InlineData(null, 130, 5.0)]
    [InlineData(null, 130.001, null)]
    [InlineData(null, 180, null)]
    [InlineData(90.0, 10, 45.0)]
    [InlineData(90.0, 40, 27.5)]
    [InlineData(90.0, 65, 2.5)]
    [InlineData(90.0, 65.001, null)]
    public void Review_HasWhatTheLeadsReserveLeaves_OrIsSkipped(double? deadline, double elapsed, double? limit)
    {
        var deadlines = Of(Defaults, deadline)!;

        Assert.Equal(limit, deadlines.Review(TimeSpan.FromSeconds(elapsed))?.TotalSeconds);
    }

    [Theory]
    [InlineData(null, 60, 60)]
    [InlineData(null, 150, 30)]
    [InlineData(null, 200, 0)]
    [InlineData(90.0, 10, 30)]
    [InlineData(90.0, 80, 10)]
    public void Synthesis_IsBoundByTheRun(double? deadline, double elapsed, double limit) =>
        Assert.Equal(limit, Of(Defaults, deadline)!.Synthesis(TimeSpan.FromSeconds(elapsed)).TotalSeconds);

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(180.001)]
    public void DeadlineOutsideOfTheTotal_IsRefused(double deadline) => Assert.Null(Of(Defaults, deadline));

    private static RunDeadlines? Of(StageTimeouts timeouts, double? deadline) =>
        RunDeadlines.Of(timeouts, deadline is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
}
