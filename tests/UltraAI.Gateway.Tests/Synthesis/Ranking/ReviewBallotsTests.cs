using UltraAI.Gateway.Synthesis.Ordering;
using UltraAI.Gateway.Synthesis.Ranking;
using UltraAI.Gateway.Synthesis.Reviews;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Ranking;

public sealed class ReviewBallotsTests
{
    [Fact]
    public void Letters_BecomeTheDraftsThatWereShown()
    {
        var order = ReviewOrder.Create(4, new SplitMix64(7));
        var shown = order.DraftsFor(2);
        var review = ReviewParser.Parse("""{"reviews":[{"id":"C","overall":3,"correctness":2,"errors":[{"severity":"major"}]},{"id":"A","overall":9}]}""", 3, "n");

        var ballot = ReviewBallots.Of(2, review, order)!;

        Assert.Equal([new DraftVote(shown[0], 9), new DraftVote(shown[2], 3, Correctness: 2, MajorErrors: 1)], ballot.Votes);
    }

    [Fact]
    public void ReviewWithoutVote_IsNoBallot() =>
        Assert.Null(ReviewBallots.Of(0, ReviewParser.Parse("nothing", 3, "n"), ReviewOrder.Create(4, new SplitMix64(7))));

    [Fact]
    public void Disagreements_NameDraftsByTheLeadsLetters()
    {
        Ballot[] ballots =
        [
            new(0, [new DraftVote(1, 9), new DraftVote(2, 6)]),
            new(1, [new DraftVote(2, 7)]),
            new(2, [new DraftVote(1, 3.5, MajorErrors: 2)]),
        ];

        Assert.Equal(
            ["Reviewers disagree about A: from 3.5 to 9 of 10.", "1 of 2 reviewers found a major error in A; the others did not."],
            Disagreements.Of(ballots, [1, 2, 0]));
    }
}
