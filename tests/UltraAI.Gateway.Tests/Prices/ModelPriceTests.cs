using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Providers;
using Xunit;

namespace UltraAI.Gateway.Tests.Prices;

public sealed class ModelPriceTests
{
    [Fact]
    public void EachKindOfToken_IsChargedAtItsOwnPrice()
    {
        var price = new ModelPrice(new PriceOptions
        {
            Model = "p/m",
            Input = 1,
            CachedInput = 0.1m,
            CacheWrite5m = 10,
            CacheWrite1h = 100,
            AudioInput = 1000,
            Output = 2,
            AudioOutput = 20,
            ImageOutput = 200,
            PerRequest = 0.000001m,
        });

        var cost = price.CostOf(new TokenUsage
        {
            Input = 1 + 2 + 3 + 4 + 5,
            CachedInput = 2,
            CacheWrite5m = 3,
            CacheWrite1h = 4,
            AudioInput = 5,
            Output = 6 + 7 + 8,
            Reasoning = 6,
            AudioOutput = 7,
            ImageOutput = 8,
        });

        // A dollar per million tokens is 1,000 nano-USD per token.
        Assert.Equal(1000 + 200 + 30_000 + 400_000 + 5_000_000 + 12_000 + 140_000 + 1_600_000 + 1000, cost);
    }

    [Fact]
    public void PricesLeftOut_FallBack()
    {
        var price = new ModelPrice(new PriceOptions { Model = "p/m", Input = 4, Output = 8 });

        Assert.Equal(4000, price.CostOf(new TokenUsage { Input = 1, CachedInput = 1 }));
        Assert.Equal(5000, price.CostOf(new TokenUsage { Input = 1, CacheWrite5m = 1 }));
        Assert.Equal(8000, price.CostOf(new TokenUsage { Input = 1, CacheWrite1h = 1 }));
        Assert.Equal(4000, price.CostOf(new TokenUsage { Input = 1, AudioInput = 1 }));
        Assert.Equal(8000, price.CostOf(new TokenUsage { Output = 1, AudioOutput = 1 }));
        Assert.Equal(8000, price.CostOf(new TokenUsage { Output = 1, ImageOutput = 1 }));
        Assert.Equal(3000, new ModelPrice(new PriceOptions { Model = "p/m", Input = 3 }).CostOf(new TokenUsage { Output = 1 }));
    }

    [Theory]
    [InlineData("0.0005", 1, 1)] // half goes up
    [InlineData("0.000499", 1, 0)]
    [InlineData("0.000001", 500, 1)] // rounded once, not per token
    [InlineData("0.000001", 499, 0)]
    [InlineData("0.15", 1_000_000, 150_000_000)]
    [InlineData("2.5", 123_457, 308_642_500)]
    public void Cost_IsRoundedOnceAtTheEnd(string input, long tokens, long nanoUsd)
    {
        var price = new ModelPrice(new PriceOptions { Model = "p/m", Input = decimal.Parse(input, System.Globalization.CultureInfo.InvariantCulture) });

        Assert.Equal(nanoUsd, price.CostOf(new TokenUsage { Input = tokens }));
    }

    [Fact]
    public void Nonsense_NeitherOverflowsNorPaysBack()
    {
        var price = new ModelPrice(new PriceOptions { Model = "p/m", Input = ModelPrice.Max, Output = ModelPrice.Max, PerRequest = ModelPrice.Max });

        Assert.Equal(long.MaxValue, price.CostOf(new TokenUsage { Input = long.MaxValue, CacheWrite1h = long.MaxValue, Output = long.MaxValue, ImageOutput = long.MaxValue }));
        Assert.Equal(long.MaxValue, price.WorstCase(long.MaxValue, long.MaxValue));
        Assert.Equal(1_000_000_000_000_000, price.CostOf(new TokenUsage { Input = -5, CachedInput = -9, Output = long.MinValue }));
    }

    [Fact]
    public void PartsAboveTheWhole_AreChargedAsReported()
    {
        var price = new ModelPrice(new PriceOptions { Model = "p/m", Input = 1, CachedInput = 0.5m, Output = 1 });

        Assert.Equal(1000, price.CostOf(new TokenUsage { Input = 1, CachedInput = 2 }));
    }

    [Theory]
    [InlineData(100, 80, 50, (80 * 100) + (20 * 10_000))] // of the audio, 30 were cached
    [InlineData(100, 100, 100, 100 * 100)]
    [InlineData(100, 20, 50, (20 * 100) + (50 * 10_000) + (30 * 1000))]
    public void AudioThatWasCached_IsChargedOnce(long input, long cached, long audio, long nanoUsd)
    {
        var price = new ModelPrice(new PriceOptions { Model = "p/m", Input = 1, CachedInput = 0.1m, AudioInput = 10 });

        Assert.Equal(nanoUsd, price.CostOf(new TokenUsage { Input = input, CachedInput = cached, AudioInput = audio }));
    }

    [Fact]
    public void WorstCase_TakesTheDearestPriceOfEachSide()
    {
        var price = new ModelPrice(new PriceOptions { Model = "p/m", Input = 1, Output = 2, AudioOutput = 3 });

        Assert.Equal((10 * 2000) + (5 * 3000), price.WorstCase(10, 5));
        Assert.Equal((10 * 1000) + (5 * 3000), price.WorstCase(10, 5, writesCache: false));
        Assert.Equal(1, new ModelPrice(new PriceOptions { Model = "p/m", Input = 0.000001m }).WorstCase(1, 0));
    }

    [Fact]
    public void AnyCost_IsThatOfAnOracleInFractions_AndNoMoreThanTheWorstCase()
    {
        var microUsd = Gen.Choose(0, 2_000_000_000);
        var optional = Gen.OneOf(microUsd.Select(value => (int?)value), Gen.Constant((int?)null));
        var tokens = Gen.OneOf(Gen.Choose(0, 1000), Gen.Choose(0, int.MaxValue));

        var samples =
            from input in microUsd
            from prices in optional.ArrayOf(8)
            from parts in tokens.ArrayOf(7)
            select (input, prices, parts);

        Prop.ForAll(samples.ToArbitrary(), sample =>
        {
            var (input, prices, parts) = sample;
            var price = new ModelPrice(new PriceOptions
            {
                Model = "p/m",
                Input = Usd(input),
                CachedInput = Usd(prices[0]),
                CacheWrite5m = Usd(prices[1]),
                CacheWrite1h = Usd(prices[2]),
                AudioInput = Usd(prices[3]),
                Output = Usd(prices[4]),
                AudioOutput = Usd(prices[5]),
                ImageOutput = Usd(prices[6]),
                PerRequest = Usd(prices[7]),
            });
            var usage = new TokenUsage
            {
                Input = (long)parts[0] + parts[1] + parts[2] + parts[3] + parts[4],
                CachedInput = parts[1],
                CacheWrite5m = parts[2],
                CacheWrite1h = parts[3],
                AudioInput = parts[4],
                Output = (long)parts[5] + parts[6],
                AudioOutput = parts[6],
            };

            var cost = price.CostOf(usage);
            return cost == Oracle(input, prices, parts) && cost <= price.WorstCase(usage.Input, usage.Output);
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(1000));
    }

    private static decimal? Usd(int? micros) => micros / 1_000_000m;

    // In hundredths of a micro-USD per million tokens, added up as whole numbers of any size and divided at the end.
    private static BigInteger Oracle(int input, int?[] prices, int[] parts)
    {
        var output = prices[4] ?? input;
        BigInteger[] perToken =
        [
            (BigInteger)input * 100, (BigInteger)(prices[0] ?? input) * 100, prices[1] is { } a ? (BigInteger)a * 100 : (BigInteger)input * 125,
            prices[2] is { } b ? (BigInteger)b * 100 : (BigInteger)input * 200, (BigInteger)(prices[3] ?? input) * 100,
            (BigInteger)output * 100, (BigInteger)(prices[5] ?? output) * 100,
        ];
        var sum = perToken.Zip(parts, (price, count) => price * count).Aggregate(BigInteger.Zero, (total, part) => total + part);
        sum += (BigInteger)(prices[7] ?? 0) * 1000 * 100_000;
        return (sum + 50_000) / 100_000;
    }
}
