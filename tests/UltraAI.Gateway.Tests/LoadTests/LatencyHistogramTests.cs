using UltraAI.Gateway.LoadTests.Http;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(1_000)]
    [InlineData(123_457)]
    [InlineData(45_000_000)]
    [InlineData(300_000_000_000)]
    public void Percentile_IsAtMostASixtyFourthAboveTheValue(long microseconds)
    {
        var histogram = new LatencyHistogram();
        histogram.AddMicroseconds(microseconds);

        var percentile = (long)histogram.Percentile(0.99).TotalMicroseconds;

        Assert.InRange(percentile, microseconds, microseconds + (microseconds / 64));
    }

    [Fact]
    public void Percentiles_AreThoseOfTheSortedValues()
    {
        var histogram = new LatencyHistogram();
        var random = new Random(7);
        var values = Enumerable.Range(0, 5000).Select(_ => (long)Math.Exp(random.NextDouble() * 18)).ToArray();
        Parallel.ForEach(values, histogram.AddMicroseconds);
        Array.Sort(values);

        Assert.Equal(5000, histogram.Count);
        foreach (var share in new[] { 0.01, 0.5, 0.95, 0.99, 1 })
        {
            var exact = values[(int)Math.Ceiling(values.Length * share) - 1];
            Assert.InRange((long)histogram.Percentile(share).TotalMicroseconds, exact, exact + (exact / 64));
        }
    }

    [Fact]
    public void Percentile_OfNothing_IsZero() => Assert.Equal(TimeSpan.Zero, new LatencyHistogram().Percentile(0.5));
}
