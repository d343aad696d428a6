using UltraAI.Gateway.Synthesis.Ordering;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Ordering;

public sealed class SplitMix64Tests
{
    // The published reference's numbers for this seed: https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64
    [Fact]
    public void Numbers_AreThoseOfTheReference()
    {
        var random = new SplitMix64(1234567);

        Assert.Equal(
            [6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL],
            Enumerable.Range(0, 5).Select(_ => random.Next()).ToArray());
    }

    [Fact]
    public void TextSeed_IsFixed()
    {
        var random = SplitMix64.Of("abc");

        // SHA-256("abc") begins with ba7816bf8f01cfea.
        var same = new SplitMix64(0xba7816bf8f01cfea);
        Assert.Equal(same.Next(), random.Next());
    }

    [Fact]
    public void Bounded_StaysBelowAndReachesAll()
    {
        var random = new SplitMix64(1);
        var seen = Enumerable.Range(0, 1000).Select(_ => random.Next(7)).ToHashSet();

        Assert.Equal(Enumerable.Range(0, 7), seen.Order());
    }

    [Fact]
    public void Doubles_AreFromZeroToBelowOne()
    {
        var random = new SplitMix64(2);
        var numbers = Enumerable.Range(0, 10_000).Select(_ => random.NextDouble()).ToArray();

        Assert.All(numbers, number => Assert.InRange(number, 0, 1 - 1e-16));
        Assert.InRange(numbers.Average(), 0.49, 0.51);
    }
}
