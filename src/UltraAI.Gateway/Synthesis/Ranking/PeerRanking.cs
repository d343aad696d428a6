namespace UltraAI.Gateway.Synthesis.Ranking;

/// <summary>Makes one order of the ballots: the mean of each draft's Borda points.</summary>
/// <remarks>
/// Sums are taken in order of size and rounded, so the order in which members stand changes nothing but the last resort in a tie.
/// One hostile voter can move a draft that all others put first: no ranking of equals is safe from that, and a panel is made of models that are trusted.
/// </remarks>
internal static class PeerRanking
{
    // Means that differ by less differ by rounding only.
    private const int Digits = 12;

    /// <param name="ballots">Those of the reviewers that have a vote.</param>
    /// <param name="priors">By draft: the operator's opinion of its member, 0 to 1.</param>
    /// <param name="priorWeight">How much that counts, 0 to 0.3.</param>
    /// <returns>Null if nobody has a vote.</returns>
    public static DraftRanking? Rank(IReadOnlyList<Ballot> ballots, IReadOnlyList<double> priors, double priorWeight)
    {
        var drafts = priors.Count;
        var used = ballots.Where(ballot => ballot.Votes.Count > 0).ToArray();
        if (used.Length == 0)
        {
            return null;
        }

        var points = Gather(used, drafts, BordaCount.Points);
        var overall = Gather(used, drafts, votes => [.. votes.Select(vote => vote.Overall ?? double.NaN)]);
        var majors = used.SelectMany(ballot => ballot.Votes).ToLookup(vote => vote.Draft, vote => vote.MajorErrors);
        var scores = points.Select((values, draft) => Mean(values) is { } mean ? Math.Round(mean + (priorWeight * priors[draft]), Digits) : (double?)null).ToArray();
        var meanOverall = overall.Select(Mean).ToArray();
        int[] order = [.. Enumerable.Range(0, drafts)
            .OrderByDescending(draft => scores[draft] ?? double.NegativeInfinity)
            .ThenByDescending(draft => meanOverall[draft] ?? double.NegativeInfinity)
            .ThenBy(draft => majors[draft].Sum())];
        return new DraftRanking
        {
            Order = order,
            Scores = scores,
            MeanOverall = meanOverall,
            Votes = [.. points.Select(values => values.Count)],
            KendallW = KendallW.Of(used, drafts),
            TopMargin = order.Length > 1 && scores[order[1]] is { } second ? Math.Round(scores[order[0]]!.Value - second, Digits) : null,
            ReviewsUsed = used.Length,
        };
    }

    private static List<double>[] Gather(Ballot[] ballots, int drafts, Func<IReadOnlyList<DraftVote>, double[]> valuesOf)
    {
        var gathered = new List<double>[drafts];
        for (var draft = 0; draft < drafts; draft++)
        {
            gathered[draft] = [];
        }

        foreach (var ballot in ballots)
        {
            var values = valuesOf(ballot.Votes);
            for (var i = 0; i < values.Length; i++)
            {
                if (!double.IsNaN(values[i]))
                {
                    gathered[ballot.Votes[i].Draft].Add(values[i]);
                }
            }
        }

        return gathered;
    }

    private static double? Mean(List<double> values)
    {
        values.Sort();
        return values.Count == 0 ? null : Math.Round(values.Sum() / values.Count, Digits);
    }
}
