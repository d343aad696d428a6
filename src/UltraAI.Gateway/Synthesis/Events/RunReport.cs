using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Synthesis.Ranking;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Events;

/// <summary>A run that has an answer, and how it came about.</summary>
internal sealed record RunReport
{
    public required RunPlan Plan { get; init; }

    public required string Text { get; init; }

    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];

    public required ChatFinishReason FinishReason { get; init; }

    /// <summary>In the order in which they came up.</summary>
    public required IReadOnlyList<DegradedCode> Degraded { get; init; }

    /// <summary>Whether a lead wrote the answer; else it is a draft, verbatim.</summary>
    public required bool IsSynthesized { get; init; }

    public ModelReference? Lead { get; init; }

    public required int LeadAttempts { get; init; }

    public required IReadOnlyList<MemberState> Members { get; init; }

    /// <summary>Null without votes.</summary>
    public DraftRanking? Ranking { get; init; }

    /// <summary>The members with a draft, by draft.</summary>
    public required IReadOnlyList<string> Survivors { get; init; }

    /// <summary>In the order of <see cref="RunStage"/>.</summary>
    public required IReadOnlyList<TimeSpan> StageTimes { get; init; }

    public required TimeSpan Total { get; init; }

    public required UsageSummary Usage { get; init; }

    public string Status => Degraded.Count == 0 ? "complete" : "degraded";

    /// <summary>The block <c>ultra</c>.</summary>
    public void WriteBlock(Utf8JsonWriter json)
    {
        json.WriteStartObject("ultra"u8);
        WriteFields(json, withId: true);
        json.WriteEndObject();
    }

    public void WriteFields(Utf8JsonWriter json, bool withId)
    {
        if (withId)
        {
            json.WriteString("run_id"u8, Plan.Id);
        }

        json.WriteString("preset"u8, Plan.Request.Preset.Name);
        json.WriteString("status"u8, Status);
        json.WriteStartArray("degraded"u8);
        foreach (var code in Degraded)
        {
            json.WriteStringValue(code.Name());
        }

        json.WriteEndArray();
        json.WriteBoolean("synthesized"u8, IsSynthesized);
        WriteLead(json);
        json.WriteStartArray("members"u8);
        foreach (var member in Members)
        {
            WriteMember(json, member);
        }

        json.WriteEndArray();
        WriteRanking(json);
        WriteTimes(json);
        WriteUsageByStage(json);
        WriteCost(json, Usage);
    }

    public static void WriteCost(Utf8JsonWriter json, UsageSummary usage)
    {
        json.WriteStartObject("cost"u8);
        json.WriteNumber("usd"u8, RunJson.Usd(usage.NanoUsd));
        json.WriteBoolean("estimated"u8, usage.IsEstimated);
        json.WriteNumber("cancelled_usd"u8, RunJson.Usd(usage.CancelledNanoUsd));
        json.WriteEndObject();
    }

    private void WriteLead(Utf8JsonWriter json)
    {
        if (Lead is not { } lead)
        {
            json.WriteNull("lead"u8);
            return;
        }

        json.WriteStartObject("lead"u8);
        json.WriteString("model"u8, lead.ToString());
        json.WriteNumber("attempts"u8, LeadAttempts);
        json.WriteEndObject();
    }

    private void WriteMember(Utf8JsonWriter json, MemberState member)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, member.Id);
        json.WriteString("model"u8, (member.Link?.Reference ?? member.Member.Model).ToString());
        json.WriteString("label"u8, member.Label?.ToString());
        json.WriteString("draft"u8, member.Draft?.Outcome.Name() ?? "skipped");
        json.WriteString("review"u8, member.Review?.Name() ?? "skipped");
        json.WriteString("revision"u8, member.Revision switch
        {
            RevisionResult.Kept => "kept"u8,
            RevisionResult.Accepted => "accepted"u8,
            _ => "none"u8,
        });
        RunJson.WriteNumber(json, "rank"u8, (long?)member.Rank);
        RunJson.WriteNumber(json, "score"u8, member.Score);
        json.WriteNumber("ms"u8, RunJson.Milliseconds(member.Elapsed));
        if (Plan.Request.IncludesDrafts)
        {
            json.WriteString("text"u8, member.HasDraft ? member.Text : null);
        }

        if (Plan.Request.IncludesReviews && member.Parsed is { } review)
        {
            ReviewParsed.WriteItems(json, "reviews"u8, review, member.Reviewed, hasTexts: true);
        }

        json.WriteEndObject();
    }

    private void WriteRanking(Utf8JsonWriter json)
    {
        if (Ranking is null)
        {
            json.WriteNull("ranking"u8);
            return;
        }

        json.WriteStartObject("ranking"u8);
        json.WriteString("method"u8, "borda"u8);
        RunJson.WriteNumber(json, "kendall_w"u8, Ranking.KendallW);
        RunJson.WriteNumber(json, "top_margin"u8, Ranking.TopMargin);
        json.WriteNumber("reviews_used"u8, Ranking.ReviewsUsed);
        json.WriteStartArray("order"u8);
        foreach (var draft in Ranking.Order)
        {
            json.WriteStringValue(Survivors[draft]);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteTimes(Utf8JsonWriter json)
    {
        json.WriteStartObject("timing_ms"u8);
        for (var stage = 0; stage < StageTimes.Count; stage++)
        {
            json.WriteNumber(((RunStage)stage).Name(), RunJson.Milliseconds(StageTimes[stage]));
        }

        json.WriteNumber("total"u8, RunJson.Milliseconds(Total));
        json.WriteEndObject();
    }

    private void WriteUsageByStage(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage_by_stage"u8);
        for (var stage = 0; stage < Usage.Stages.Count; stage++)
        {
            var usage = Usage.Stages[stage];
            json.WriteStartObject(((RunStage)stage).Name());
            json.WriteNumber("calls"u8, usage.Calls);
            json.WriteNumber("input_tokens"u8, usage.InputTokens);
            json.WriteNumber("output_tokens"u8, usage.OutputTokens);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
