using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Simulation;

/// <summary>Where a panel helps and where it harms, by simulated members whose truth is known.</summary>
/// <remarks>
/// This shows that ranking and order lose and mix up nothing, and that the cyclic order works against the position bias modelled. It does not show that real models
/// get better by it: how reviewers judge is an assumption, and directions depend on it. Margins were set after seeing seeds 1 to 8; the tests use others.
/// </remarks>
public sealed class SimulatedPanelTests
{
    private const int Questions = 4_000;

    private static readonly SimulatedPanel NearEqual = new() { Accuracy = [0.72, 0.70, 0.68, 0.66, 0.64], Correlation = 0.3 };
    private static readonly SimulatedPanel OneStrong = new() { Accuracy = [0.85, 0.55, 0.53, 0.52, 0.50], Correlation = 0.3 };

    public static TheoryData<ulong> Seeds => [24UL, 25UL];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void NearEqualMembers_BeatTheBestOfThem_AndTheMajority(ulong seed)
    {
        var (single, majority, peers) = NearEqual.Run(Questions, seed);

        Assert.InRange(single, 70, 74);
        Assert.True(peers > single + 8, $"{single:0.0} {peers:0.0}");
        Assert.True(peers > majority + 0.4, $"{majority:0.0} {peers:0.0}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void MembersWithTheSameErrors_LoseToTheBestOfThem(ulong seed)
    {
        var (single, majority, peers) = (NearEqual with { Correlation = 0.9 }).Run(2 * Questions, seed);

        Assert.True(peers < single - 0.2, $"{single:0.0} {peers:0.0}");
        Assert.True(majority < single - 0.8, $"{single:0.0} {majority:0.0}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void OneStrongMember_IsHeldBackByWeakOnes_AndLessSoWithAPrior(ulong seed)
    {
        var (single, majority, peers) = OneStrong.Run(Questions, seed);
        var withPrior = (OneStrong with { PriorWeight = 0.3, Priors = [1, 0, 0, 0, 0] }).Run(Questions, seed).PeerRank;

        Assert.True(peers < single - 5, $"{single:0.0} {peers:0.0}");
        Assert.True(majority < single - 5, $"{single:0.0} {majority:0.0}");
        Assert.True(withPrior > peers + 1.5, $"{peers:0.0} {withPrior:0.0}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void OneHostileMember_CostsMoreThanItsAbsence(ulong seed)
    {
        var hostile = (NearEqual with { Hostile = 4 }).Run(Questions, seed).PeerRank;
        var absent = (NearEqual with { Accuracy = NearEqual.Accuracy[..4] }).Run(Questions, seed).PeerRank;

        Assert.True(hostile < absent - 8, $"{hostile:0.0} {absent:0.0}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void StrongPositionBias_CostsAtMostAPointInTheCyclicOrder(ulong seed)
    {
        var biased = NearEqual with { PositionBias = 6 };

        var unbiased = NearEqual.Run(Questions, seed).PeerRank;
        var cyclic = biased.Run(Questions, seed).PeerRank;
        var shuffled = (biased with { Showing = Showing.Shuffled }).Run(Questions, seed).PeerRank;
        var @fixed = (biased with { Showing = Showing.Fixed }).Run(Questions, seed).PeerRank;

        Assert.True(cyclic >= unbiased - 1, $"{unbiased:0.0} {cyclic:0.0}");
        Assert.True(cyclic > shuffled + 1.5, $"{cyclic:0.0} {shuffled:0.0}");
        Assert.True(cyclic > @fixed + 1.5, $"{cyclic:0.0} {@fixed:0.0}");
    }

    /// <summary>A panel that errs together loses because its reviewers like what agrees with their own mistake; where they don't, it is level with its best member.</summary>
    [Fact]
    public void MembersWithTheSameErrors_LoseByWhatTheirReviewersLike()
    {
        var panel = NearEqual with { Correlation = 0.9 };

        var (single, _, fair) = (panel with { OwnOpinion = 0 }).Run(2 * Questions, 24);
        var partial = (panel with { OwnOpinion = 3 }).Run(2 * Questions, 24).PeerRank;

        Assert.InRange(fair, single - 1, single + 1.5);
        Assert.True(partial < fair - 1, $"{fair:0.0} {partial:0.0}");
    }
}
