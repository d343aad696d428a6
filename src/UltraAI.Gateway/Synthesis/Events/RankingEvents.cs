using System.Text.Json;
using UltraAI.Gateway.Synthesis.Ranking;
using UltraAI.Gateway.Synthesis.Reviews;

namespace UltraAI.Gateway.Synthesis.Events;

/// <param name="Reviewer">The member that reviewed.</param>
/// <param name="Review">What it said.</param>
/// <param name="Members">The members whose drafts it saw, in its order.</param>
/// <param name="HasTexts">Whether its words go along, too: a request asks for them by <c>include</c>.</param>
internal sealed record ReviewParsed(string Reviewer, ParsedReview Review, IReadOnlyList<string> Members, bool HasTexts) : RunEvent
{
    public override string Name => "review.parsed";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("reviewer"u8, Reviewer);
        json.WriteString("method"u8, Review.Method.Word());
        WriteItems(json, "items"u8, Review, Members, HasTexts);
        json.WriteString("revision"u8, Review.Revision is null ? "none"u8 : "proposed"u8);
        if (HasTexts)
        {
            json.WriteString("revision_text"u8, Review.Revision);
        }
    }

    public static void WriteItems(Utf8JsonWriter json, ReadOnlySpan<byte> name, ParsedReview review, IReadOnlyList<string> members, bool hasTexts)
    {
        json.WriteStartArray(name);
        foreach (var item in review.Items)
        {
            json.WriteStartObject();
            json.WriteString("member"u8, members[item.Position]);
            json.WriteStartObject("scores"u8);
            RunJson.WriteNumber(json, "correctness"u8, item.Correctness);
            RunJson.WriteNumber(json, "completeness"u8, item.Completeness);
            RunJson.WriteNumber(json, "instruction_following"u8, item.InstructionFollowing);
            RunJson.WriteNumber(json, "clarity"u8, item.Clarity);
            json.WriteEndObject();
            RunJson.WriteNumber(json, "overall"u8, item.Overall);
            json.WriteNumber("major"u8, item.MajorErrors);
            json.WriteNumber("minor"u8, item.Errors.Count - item.MajorErrors);
            if (hasTexts)
            {
                WriteTexts(json, item);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, ReviewItem item)
    {
        json.WriteStartArray("errors"u8);
        foreach (var error in item.Errors)
        {
            json.WriteStartObject();
            json.WriteString("severity"u8, error.IsMajor ? "major"u8 : "minor"u8);
            json.WriteString("quote"u8, error.Quote);
            json.WriteString("why"u8, error.Why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("best_point"u8, item.BestPoint);
    }
}

/// <param name="Ranking">The order.</param>
/// <param name="Members">The survivors, by draft.</param>
/// <param name="Accepted">Those whose revision took their draft's place.</param>
internal sealed record RankingMade(DraftRanking Ranking, IReadOnlyList<string> Members, IReadOnlyList<string> Accepted) : RunEvent
{
    public override string Name => "ranking";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("method"u8, "borda"u8);
        json.WriteStartArray("order"u8);
        foreach (var draft in Ranking.Order)
        {
            json.WriteStartObject();
            json.WriteString("member"u8, Members[draft]);
            RunJson.WriteNumber(json, "score"u8, Ranking.Scores[draft]);
            RunJson.WriteNumber(json, "mean_overall"u8, Ranking.MeanOverall[draft]);
            json.WriteNumber("votes"u8, Ranking.Votes[draft]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        RunJson.WriteNumber(json, "kendall_w"u8, Ranking.KendallW);
        RunJson.WriteNumber(json, "top_margin"u8, Ranking.TopMargin);
        json.WriteStartArray("accepted_revisions"u8);
        foreach (var member in Accepted)
        {
            json.WriteStringValue(member);
        }

        json.WriteEndArray();
    }
}
