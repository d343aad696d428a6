using UltraAI.Gateway.Synthesis.Ordering;
using UltraAI.Gateway.Synthesis.Reviews;

namespace UltraAI.Gateway.Synthesis.Ranking;

/// <summary>Turns reviews, which know letters, into ballots, which know drafts.</summary>
internal static class ReviewBallots
{
    /// <param name="reviewer">The reviewer's place among the survivors.</param>
    /// <param name="review">Its review.</param>
    /// <param name="order">Who saw what under which letter.</param>
    /// <returns>Null if the review has no vote.</returns>
    public static Ballot? Of(int reviewer, ParsedReview review, ReviewOrder order)
    {
        if (!review.HasVote)
        {
            return null;
        }

        var drafts = order.DraftsFor(reviewer);
        return new Ballot(reviewer, [.. review.Items.Where(item => item.IsScored).Select(item =>
            new DraftVote(drafts[item.Position], item.Overall, item.Place, item.Correctness, item.MajorErrors))]);
    }
}
