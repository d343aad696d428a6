using UltraAI.Gateway.Synthesis.Ordering;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Ordering;

public sealed class ReviewOrderTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void EachDraft_TakesEachPositionOnce_AndIsNeverShownToItsAuthor(int drafts)
    {
        for (var seed = 0UL; seed < 50; seed++)
        {
            var order = ReviewOrder.Create(drafts, new SplitMix64(seed));
            var shown = Enumerable.Range(0, drafts).Select(order.DraftsFor).ToArray();

            for (var reviewer = 0; reviewer < drafts; reviewer++)
            {
                Assert.Equal(Enumerable.Range(0, drafts).Where(draft => draft != reviewer), shown[reviewer].Order());
            }

            for (var position = 0; position < drafts - 1; position++)
            {
                Assert.Equal(Enumerable.Range(0, drafts), shown.Select(list => list[position]).Order());
            }
        }
    }

    [Fact]
    public void SameSeed_SameOrder() => Assert.Equal(
        ReviewOrder.Create(8, SplitMix64.Of("01K-run")).Permutation, ReviewOrder.Create(8, SplitMix64.Of("01K-run")).Permutation);

    [Fact]
    public void Seeds_ComeToAllPermutationsAlike()
    {
        const int Seeds = 24_000;
        var counts = new Dictionary<string, int>();
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            var permutation = string.Join("", ReviewOrder.Create(4, new SplitMix64(seed)).Permutation);
            counts[permutation] = counts.GetValueOrDefault(permutation) + 1;
        }

        // 1000 of each are expected; the standard deviation is 31.
        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void Letters_BeginWithA() => Assert.Equal("ABCDEFG", string.Concat(Enumerable.Range(0, 7).Select(ReviewOrder.Letter)));
}
