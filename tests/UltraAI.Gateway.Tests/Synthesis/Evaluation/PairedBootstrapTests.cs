using UltraAI.Gateway.Synthesis.Evaluation;
using UltraAI.Gateway.Synthesis.Ordering;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Evaluation;

public sealed class PairedBootstrapTests
{
    [Fact]
    public void NoDifference_IsAPoint() =>
        Assert.Equal(new DifferenceInterval(0, 0, 0, Chance: 1), PairedBootstrap.Compare([1, 0, 1], [1, 0, 1], new SplitMix64(1)));

    [Fact]
    public void ConstantDifference_IsAPoint_AndOfThreeQuestionsNotClear()
    {
        var interval = PairedBootstrap.Compare([3, 2, 5], [2, 1, 4], new SplitMix64(1));

        Assert.Equal(new DifferenceInterval(1, 1, 1, interval.Chance), interval);
        Assert.False(interval.IsClear);
    }

    [Theory]
    [InlineData(4, 0, 0.125, false)]
    [InlineData(5, 0, 0.0625, false)]
    [InlineData(6, 0, 0.03125, true)]
    [InlineData(0, 6, 0.03125, true)]
    [InlineData(8, 2, 0.109375, false)]
    [InlineData(5, 5, 1, false)]
    [InlineData(3000, 2000, 0, true)]
    public void FewQuestionsThatMakeADifference_ShowNone(int ahead, int behind, double chance, bool isClear)
    {
        double[] first = [.. Enumerable.Repeat(1.0, ahead), .. Enumerable.Repeat(0.0, behind), .. Enumerable.Repeat(1.0, 100)];
        double[] second = [.. Enumerable.Repeat(0.0, ahead), .. Enumerable.Repeat(1.0, behind), .. Enumerable.Repeat(1.0, 100)];

        var interval = PairedBootstrap.Compare(first, second, new SplitMix64(1));

        Assert.Equal((chance, isClear), (Math.Round(interval.Chance, 9), interval.IsClear));
    }

    [Fact]
    public void Interval_IsThatOfTheNormalForManyQuestions()
    {
        // 400 questions; the first is right on about 60 %, the second on half, independently of each other.
        var random = new SplitMix64(5);
        var first = Draw(400, 0.6, ref random);
        var second = Draw(400, 0.5, ref random);
        var differences = first.Zip(second, (one, other) => one - other).ToArray();
        var mean = differences.Average();
        var error = Math.Sqrt(differences.Sum(difference => (difference - mean) * (difference - mean)) / differences.Length / differences.Length);

        var interval = PairedBootstrap.Compare(first, second, new SplitMix64(6));

        Assert.Equal(mean, interval.Difference, 12);
        Assert.InRange(interval.Low, mean - (1.96 * error * 1.1), mean - (1.96 * error * 0.9));
        Assert.InRange(interval.High, mean + (1.96 * error * 0.9), mean + (1.96 * error * 1.1));
    }

    [Fact]
    public void Interval_CoversTheTruthAsOftenAsItSays()
    {
        var covered = 0;
        var random = new SplitMix64(7);
        for (var repeat = 0; repeat < 60; repeat++)
        {
            var interval = PairedBootstrap.Compare(Draw(100, 0.7, ref random), Draw(100, 0.6, ref random), new SplitMix64(8), 0.9);
            covered += interval.Low <= 0.1 && interval.High >= 0.1 ? 1 : 0;
        }

        // 54 are expected, give or take 2.3.
        Assert.InRange(covered, 46, 60);
    }

    [Fact]
    public void Pairs_MustBePairs()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedBootstrap.Compare([1, 2], [1], new SplitMix64(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedBootstrap.Compare([], [], new SplitMix64(1)));
    }

    private static double[] Draw(int count, double share, ref SplitMix64 random)
    {
        var results = new double[count];
        for (var i = 0; i < count; i++)
        {
            results[i] = random.NextDouble() < share ? 1 : 0;
        }

        return results;
    }
}
