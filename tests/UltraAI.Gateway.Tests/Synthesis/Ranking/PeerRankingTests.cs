using UltraAI.Gateway.Synthesis.Ordering;
using UltraAI.Gateway.Synthesis.Ranking;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Ranking;

public sealed class PeerRankingTests
{
    [Fact]
    public void Borda_GivesOneForTheFirstPlaceAndZeroForTheLast()
    {
        var ranking = Rank(3, Ballot(0, (1, 9), (2, 4)), Ballot(1, (0, 8), (2, 5)), Ballot(2, (0, 7), (1, 6)))!;

        Assert.Equal([0, 1, 2], ranking.Order);
        Assert.Equal([1.0, 0.5, 0.0], ranking.Scores.Select(score => score!.Value));
        Assert.Equal([7.5, 7.5, 4.5], ranking.MeanOverall.Select(mean => mean!.Value));
        Assert.Equal([2, 2, 2], ranking.Votes);
        Assert.Equal((0.5, 3), (ranking.TopMargin, ranking.ReviewsUsed));
    }

    [Fact]
    public void EqualScores_ShareTheMeanOfTheirPlaces()
    {
        var ranking = Rank(4, Ballot(0, (1, 8), (2, 8), (3, 2)))!;

        Assert.Equal([null, 0.75, 0.75, 0.0], ranking.Scores);
        Assert.Equal([1, 2, 3, 0], ranking.Order);
    }

    [Fact]
    public void OnePeer_IsJudgedByItsScore()
    {
        var ranking = Rank(2, Ballot(0, (1, 10)), Ballot(1, (0, 5.5)))!;

        Assert.Equal([0.5, 1.0], ranking.Scores.Select(score => score!.Value));
        Assert.Equal([1, 0], ranking.Order);
        Assert.Null(ranking.KendallW);
    }

    [Fact]
    public void Places_CountLikeScores()
    {
        var ballot = new Ballot(0, [new DraftVote(1, null, 2), new DraftVote(2, null, 1), new DraftVote(3, null, 3)]);

        var ranking = Rank(4, ballot)!;

        Assert.Equal([null, 0.5, 1.0, 0.0], ranking.Scores);
        Assert.All(ranking.MeanOverall, Assert.Null);
    }

    [Fact]
    public void DraftWithoutVotes_IsLast_WithoutScore()
    {
        var ranking = Rank(3, Ballot(0, (1, 1), (2, 2)))!;

        Assert.Equal([2, 1, 0], ranking.Order);
        Assert.Null(ranking.Scores[0]);
    }

    [Fact]
    public void Tie_GoesToTheHigherMean_ThenToFewerMajors_ThenToMemberOrder()
    {
        // Two ballots that cancel each other out.
        Assert.Equal([2, 1], Rank(5, Ballot(3, (1, 6), (2, 5)), Ballot(4, (1, 5), (2, 9)))!.Order.Take(2));

        DraftVote major = new(1, 5, MajorErrors: 1), clean = new(2, 5);
        Assert.Equal([2, 1], Rank(4, new Ballot(3, [major, clean]))!.Order.Take(2));
        Assert.Equal([1, 2], Rank(4, new Ballot(3, [clean, major with { MajorErrors = 0 }]))!.Order.Take(2));
    }

    [Fact]
    public void Prior_CountsByItsWeight()
    {
        Ballot[] ballots = [Ballot(0, (1, 8)), Ballot(1, (0, 8))];

        var ranking = PeerRanking.Rank(ballots, [0.0, 1.0], 0.3)!;

        Assert.Equal(0.3, ranking.TopMargin!.Value, 9);
        Assert.Equal([1, 0], ranking.Order);
    }

    [Fact]
    public void NobodyVoted_NoRanking() => Assert.Null(Rank(3));

    [Fact]
    public void MembersInAnotherOrder_SameRanking()
    {
        for (var seed = 0UL; seed < 300; seed++)
        {
            var random = new SplitMix64(seed);
            var drafts = 3 + random.Next(6);
            var ballots = RandomBallots(drafts, ref random);
            double[] priors = [.. Enumerable.Range(0, drafts).Select(_ => random.NextDouble())];
            var moved = ReviewOrder.Create(drafts, random).Permutation;

            var ranking = PeerRanking.Rank(ballots, priors, 0.2)!;
            var again = PeerRanking.Rank(
                [.. ReviewOrder.Create(drafts, new SplitMix64(seed + 1)).Permutation.Select(i => Moved(ballots[i], moved))],
                [.. Enumerable.Range(0, drafts).Select(draft => priors[moved.ToList().IndexOf(draft)])],
                0.2)!;

            Assert.Equal(ranking.Order.Select(draft => moved[draft]), again.Order);
            Assert.Equal(ranking.Scores, moved.Select(draft => again.Scores[draft]));
            Assert.Equal(ranking.KendallW!.Value, again.KendallW!.Value, 12);
        }
    }

    // The limit of every such vote, stated in the documentation: the panel has to be trusted.
    [Fact]
    public void OneHostileVoter_CanMoveAUnanimousFirstPlace()
    {
        var honest = Enumerable.Range(0, 5).Select(reviewer =>
            Ballot(reviewer, [.. Enumerable.Range(0, 5).Where(draft => draft != reviewer).Select(draft => (draft, 10.0 - draft))])).ToArray();
        Assert.Equal(0, Rank(5, honest)!.Order[0]);

        honest[4] = Ballot(4, (0, 1), (1, 10), (2, 9), (3, 8));

        Assert.Equal(1, Rank(5, honest)!.Order[0]);
    }

    private static Ballot[] RandomBallots(int drafts, ref SplitMix64 random)
    {
        var ballots = new Ballot[drafts];
        for (var reviewer = 0; reviewer < drafts; reviewer++)
        {
            var votes = new List<(int, double)>();
            for (var draft = 0; draft < drafts; draft++)
            {
                if (draft != reviewer)
                {
                    votes.Add((draft, 1 + random.Next(10)));
                }
            }

            ballots[reviewer] = Ballot(reviewer, [.. votes]);
        }

        return ballots;
    }

    private static Ballot Moved(Ballot ballot, IReadOnlyList<int> moved) =>
        new(moved[ballot.Reviewer], [.. ballot.Votes.Reverse().Select(vote => vote with { Draft = moved[vote.Draft] })]);

    private static DraftRanking? Rank(int drafts, params Ballot[] ballots) => PeerRanking.Rank(ballots, new double[drafts], 0);

    private static Ballot Ballot(int reviewer, params (int Draft, double Overall)[] votes) =>
        new(reviewer, [.. votes.Select(vote => new DraftVote(vote.Draft, vote.Overall))]);
}
