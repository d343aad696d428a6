using UltraAI.Gateway.Compare;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests.Compare;

public sealed class OrderTests
{
    public static TheoryData<int, int> Sizes => [.. from targets in Enumerable.Range(1, 8) from rounds in Enumerable.Range(1, 16) select (targets, rounds)];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void EachTarget_PrecedesEachOther_InHalfOfTheRounds(int targets, int rounds)
    {
        var orders = Orders(targets, rounds);

        foreach (var (one, other) in from one in Enumerable.Range(0, targets) from other in Enumerable.Range(0, one) select (one, other))
        {
            var before = orders.Count(order => order.IndexOf(one) < order.IndexOf(other));
            Assert.InRange(before, rounds / 2, (rounds + 1) / 2);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void EachTarget_IsFirstAboutEquallyOften(int targets, int rounds)
    {
        var firsts = Orders(targets, rounds).CountBy(order => order[0]).ToDictionary();

        Assert.All(Enumerable.Range(0, targets), target => Assert.InRange(firsts.GetValueOrDefault(target), ((double)rounds / targets) - 1, ((double)rounds / targets) + 1));
    }

    [Fact]
    public void Order_IsAsTheDocumentsSay() => Assert.Equal(
        ["ABC", "CBA", "CAB", "BAC"], Enumerable.Range(0, 4).Select(round => string.Concat(Comparison.Order(["A", "B", "C"], round))));

    private static List<int>[] Orders(int targets, int rounds)
    {
        var orders = Enumerable.Range(0, rounds).Select(round => Comparison.Order([.. Enumerable.Range(0, targets)], round).ToList()).ToArray();
        Assert.All(orders, order => Assert.Equal(Enumerable.Range(0, targets), order.Order()));
        return orders;
    }
}
