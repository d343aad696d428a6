namespace UltraAI.Gateway.Synthesis.Ranking;

/// <summary>What one reviewer says about one draft, as far as it counts.</summary>
/// <param name="Draft">The draft: its place among the survivors.</param>
/// <param name="Overall">1 to 10; null where only a place is given.</param>
/// <param name="Place">The place in an order, from 1; null where scores are given.</param>
/// <param name="Correctness">1 to 10; null if not given.</param>
/// <param name="MajorErrors">How many major errors it claims.</param>
internal readonly record struct DraftVote(int Draft, double? Overall, int? Place = null, double? Correctness = null, int MajorErrors = 0);

/// <summary>The votes of one reviewer.</summary>
/// <param name="Reviewer">Its place among the survivors; it has no vote on its own draft.</param>
/// <param name="Votes">One per draft that it scored.</param>
internal sealed record Ballot(int Reviewer, IReadOnlyList<DraftVote> Votes);

/// <summary>The drafts in order.</summary>
internal sealed record DraftRanking
{
    /// <summary>The drafts, best first.</summary>
    public required IReadOnlyList<int> Order { get; init; }

    /// <summary>By draft: the mean of its votes and its prior; null without votes.</summary>
    public required IReadOnlyList<double?> Scores { get; init; }

    /// <summary>By draft: the mean of the overall scores given to it; null without any.</summary>
    public required IReadOnlyList<double?> MeanOverall { get; init; }

    /// <summary>By draft: how many reviewers scored it.</summary>
    public required IReadOnlyList<int> Votes { get; init; }

    /// <summary>Kendall's W: how far the reviewers agree, 0 to 1. It says nothing about whether they are right.</summary>
    /// <value>Null with fewer than three drafts, or when not every survivor scored all others.</value>
    public double? KendallW { get; init; }

    /// <summary>The first draft's score less the second's; null with fewer than two scored drafts.</summary>
    public double? TopMargin { get; init; }

    /// <summary>How many reviewers had a vote.</summary>
    public required int ReviewsUsed { get; init; }
}
