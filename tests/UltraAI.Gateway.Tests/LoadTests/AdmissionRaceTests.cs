using System.Diagnostics;
using UltraAI.Gateway.LoadTests.Http;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests;

public sealed class AdmissionRaceTests
{
    private const double PerMinute = 600; // one each 100 ms

    [Fact]
    public void ExactlyWhatTheLimitAllows_IsNoExcess()
    {
        var admitted = Enumerable.Range(0, 5).Select(_ => At(0, 0)).Concat(Enumerable.Range(1, 50).Select(i => At(i * 0.1, i * 0.1))).ToArray();

        Assert.Equal(0, AdmissionRace.WorstExcess(admitted, PerMinute, burst: 5), 6);
    }

    [Fact]
    public void OneTooMany_InTheMiddle_IsFound()
    {
        var admitted = Enumerable.Range(0, 5).Select(_ => At(0, 0)).Concat(Enumerable.Range(1, 50).Select(i => At(i * 0.1, i * 0.1))).Append(At(2.51, 2.51)).ToArray();

        Assert.InRange(AdmissionRace.WorstExcess(admitted, PerMinute, burst: 5), 0.9, 1.0);
    }

    [Fact]
    public void RequestsThatMayHaveBeenAdmittedApart_AreNotBlamed()
    {
        // Twelve at once, each under way for a second: two of them could have been admitted at the end of it.
        var admitted = Enumerable.Range(0, 12).Select(_ => At(0, 1)).ToArray();

        Assert.True(AdmissionRace.WorstExcess(admitted, PerMinute, burst: 5) < 0);
    }

    [Fact]
    public void Nothing_IsNoExcess() => Assert.Equal(-5, AdmissionRace.WorstExcess([], PerMinute, burst: 5));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Excess_IsThatOfEverySpanTriedInTurn(int seed)
    {
        var random = new Random(seed);
        var admitted = Enumerable.Range(0, 60).Select(_ => random.NextDouble() * 4).Select(began => At(began, began + (random.NextDouble() * 0.3))).ToArray();
        var worst = double.NegativeInfinity;
        foreach (var (from, _) in admitted)
        {
            foreach (var (_, to) in admitted)
            {
                if (to >= from)
                {
                    var count = admitted.Count(call => call.Began >= from && call.Answered <= to);
                    worst = Math.Max(worst, count - (PerMinute / 60 * (to - from) / Stopwatch.Frequency) - 5);
                }
            }
        }

        Assert.Equal(worst, AdmissionRace.WorstExcess(admitted, PerMinute, burst: 5), 6);
    }

    private static (long Began, long Answered) At(double began, double answered) =>
        ((long)(began * Stopwatch.Frequency) + 1_000_000_000, (long)(answered * Stopwatch.Frequency) + 1_000_000_000);
}
