namespace UltraAI.Gateway.Synthesis.Ranking;

/// <summary>Kendall's coefficient of concordance, for reviewers who each leave their own draft out.</summary>
/// <remarks>
/// W = 12 Σ(Rᵢ − n(n−1)/2)² / ((n−2)² n (n²−1)), where Rᵢ is the sum of places of draft i. With one order shared by all, the draft at place k gets
/// R = (n−2)k + 1, which makes W = 1; hence (n−2)² where the usual form has the number of raters squared.
/// </remarks>
internal static class KendallW
{
    private const int LeastDrafts = 3;

    /// <returns>Null with fewer than three drafts, or when not every draft's author scored all others.</returns>
    public static double? Of(IReadOnlyList<Ballot> ballots, int drafts)
    {
        if (drafts < LeastDrafts || ballots.Count != drafts || ballots.Any(ballot => ballot.Votes.Count != drafts - 1))
        {
            return null;
        }

        var sums = new double[drafts];
        foreach (var ballot in ballots)
        {
            var places = BordaCount.Places(ballot.Votes);
            for (var i = 0; i < places.Length; i++)
            {
                sums[ballot.Votes[i].Draft] += places[i];
            }
        }

        // Places are halves, so these sums are exact.
        double n = drafts;
        var spread = sums.Sum(sum => (sum - (n * (n - 1) / 2)) * (sum - (n * (n - 1) / 2)));
        return 12 * spread / ((n - 2) * (n - 2) * n * ((n * n) - 1));
    }
}
