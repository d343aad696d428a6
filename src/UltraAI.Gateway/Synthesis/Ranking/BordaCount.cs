namespace UltraAI.Gateway.Synthesis.Ranking;

/// <summary>Places and points within one ballot. Drafts that are level share the mean of their places.</summary>
internal static class BordaCount
{
    private const double LeastOverall = 1;
    private const double OverallRange = 9;

    /// <returns>By vote: its place, from 1.</returns>
    public static double[] Places(IReadOnlyList<DraftVote> votes)
    {
        var places = new double[votes.Count];
        for (var i = 0; i < votes.Count; i++)
        {
            int better = 0, level = 0;
            for (var j = 0; j < votes.Count; j++)
            {
                var difference = Merit(votes[j]).CompareTo(Merit(votes[i]));
                better += difference > 0 ? 1 : 0;
                level += difference == 0 ? 1 : 0;
            }

            places[i] = better + ((level + 1) / 2.0);
        }

        return places;
    }

    /// <returns>By vote: 1 for the first place down to 0 for the last. A draft that is alone has no place to be compared by, so its overall score counts.</returns>
    public static double[] Points(IReadOnlyList<DraftVote> votes)
    {
        if (votes.Count == 1)
        {
            return [votes[0].Overall is { } overall ? (overall - LeastOverall) / OverallRange : 0.5];
        }

        return [.. Places(votes).Select(place => (votes.Count - place) / (votes.Count - 1))];
    }

    private static double Merit(DraftVote vote) => vote.Overall ?? -(double)vote.Place!.Value;
}
