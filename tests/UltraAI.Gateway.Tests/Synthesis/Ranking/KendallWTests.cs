using UltraAI.Gateway.Synthesis.Ranking;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Ranking;

public sealed class KendallWTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void OneSharedOrder_IsFullAgreement(int drafts) =>
        Assert.Equal(1, KendallW.Of([.. Enumerable.Range(0, drafts).Select(reviewer => Ballot(drafts, reviewer, draft => 10 - draft))], drafts)!.Value, 12);

    [Fact]
    public void AllLevel_IsNoAgreement() => Assert.Equal(0.0, KendallW.Of([.. Enumerable.Range(0, 4).Select(reviewer => Ballot(4, reviewer, _ => 5))], 4));

    [Fact]
    public void CyclicPreferences_CancelOut() =>
        Assert.Equal(0.0, KendallW.Of([Ballot(3, 0, draft => draft == 1 ? 9 : 1), Ballot(3, 1, draft => draft == 2 ? 9 : 1), Ballot(3, 2, draft => draft == 0 ? 9 : 1)], 3));

    [Fact]
    public void SumsOfPlaces_GoIntoTheFormula()
    {
        // Places: reviewer 0: b1 c2; 1: a1 c2; 2: b1 a2. R = 3, 2, 4; 12 × (0 + 1 + 1) / (1 × 3 × 8) = 1.
        Assert.Equal(1.0, KendallW.Of([Ballot(3, 0, draft => 10 - draft), Ballot(3, 1, draft => 10 - draft), Ballot(3, 2, draft => draft)], 3));
    }

    [Fact]
    public void TooFewDraftsOrVotes_NoValue()
    {
        Assert.Null(KendallW.Of([Ballot(2, 0, _ => 5), Ballot(2, 1, _ => 5)], 2));
        Assert.Null(KendallW.Of([Ballot(3, 0, _ => 5), Ballot(3, 1, _ => 5)], 3));
        Assert.Null(KendallW.Of([Ballot(3, 0, _ => 5), Ballot(3, 1, _ => 5), new Ballot(2, [new DraftVote(0, 5)])], 3));
    }

    private static Ballot Ballot(int drafts, int reviewer, Func<int, double> overall) =>
        new(reviewer, [.. Enumerable.Range(0, drafts).Where(draft => draft != reviewer).Select(draft => new DraftVote(draft, overall(draft)))]);
}
