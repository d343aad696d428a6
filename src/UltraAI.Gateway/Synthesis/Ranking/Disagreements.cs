using System.Globalization;
using UltraAI.Gateway.Synthesis.Ordering;

namespace UltraAI.Gateway.Synthesis.Ranking;

/// <summary>Where reviewers disagree, in sentences for the lead: made of letters and numbers alone, so nothing that a model wrote gets in.</summary>
internal static class Disagreements
{
    // Three steps of the scale lie between "right" and "wrong".
    private const double WideSpread = 3;

    /// <param name="ballots">Those of the reviewers that have a vote.</param>
    /// <param name="order">The drafts as the lead sees them: the first is its A.</param>
    public static List<string> Of(IReadOnlyList<Ballot> ballots, IReadOnlyList<int> order)
    {
        var sentences = new List<string>();
        for (var position = 0; position < order.Count; position++)
        {
            var votes = ballots.SelectMany(ballot => ballot.Votes).Where(vote => vote.Draft == order[position]).ToArray();
            var overall = votes.Select(vote => vote.Overall).OfType<double>().ToArray();
            if (overall.Length > 1 && overall.Max() - overall.Min() >= WideSpread)
            {
                sentences.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Reviewers disagree about {ReviewOrder.Letter(position)}: from {overall.Min():0.#} to {overall.Max():0.#} of 10."));
            }

            var majors = votes.Count(vote => vote.MajorErrors > 0);
            if (majors > 0 && majors < votes.Length)
            {
                sentences.Add($"{majors} of {votes.Length} reviewers found a major error in {ReviewOrder.Letter(position)}; the others did not.");
            }
        }

        return sentences;
    }
}
