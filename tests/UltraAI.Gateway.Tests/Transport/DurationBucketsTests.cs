using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport;

public sealed class DurationBucketsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.1, 0)]
    [InlineData(4e6, 100)]
    [InlineData(1e9, DurationBuckets.Count - 1)]
    public void Extremes_HaveABucket(double milliseconds, int bucket) =>
        Assert.Equal(bucket, DurationBuckets.IndexOf(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Percentile_OfNothing_IsNull() => Assert.Null(DurationBuckets.Percentile(new int[DurationBuckets.Count], 0.5));

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 0.99)]
    [InlineData(3, 0.01)]
    public void Percentile_IsWithinATenthOfTheTruth(int seed, double part)
    {
        var random = new Random(seed);
        var all = Enumerable.Range(0, 5000).Select(_ => Math.Exp(random.NextDouble() * 12)).Order().ToArray();
        var counts = new int[DurationBuckets.Count];
        foreach (var milliseconds in all)
        {
            counts[DurationBuckets.IndexOf(TimeSpan.FromMilliseconds(milliseconds))]++;
        }

        var truth = all[(int)Math.Ceiling(part * all.Length) - 1];
        Assert.InRange(DurationBuckets.Percentile(counts, part)!.Value, truth * 0.9, truth * 1.1);
    }

    [Fact]
    public void Percentile_OfOne_IsInItsBucket()
    {
        var counts = new int[DurationBuckets.Count];
        counts[DurationBuckets.IndexOf(TimeSpan.FromMilliseconds(100))]++;

        Assert.InRange(DurationBuckets.Percentile(counts, 0.5)!.Value, 84, 119);
        Assert.InRange(DurationBuckets.Percentile(counts, 0.99)!.Value, 84, 119);
    }
}
