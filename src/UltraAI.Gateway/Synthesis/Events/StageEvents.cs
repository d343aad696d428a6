using System.Text.Json;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Events;

internal sealed record RunStarted(RunPlan Plan, long ReservedNanoUsd) : RunEvent
{
    public override string Name => "run.started";

    public override void Write(Utf8JsonWriter json)
    {
        var preset = Plan.Request.Preset;
        json.WriteString("preset"u8, preset.Name);
        json.WriteString("seed"u8, Plan.Seed);
        json.WriteStartArray("members"u8);
        foreach (var member in Plan.Members)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, member.Member.Id);
            json.WriteString("model"u8, member.Member.Model.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("lead"u8);
        foreach (var lead in Plan.Leads)
        {
            json.WriteStringValue(lead.Reference.ToString());
        }

        json.WriteEndArray();
        json.WriteStartObject("deadlines_ms"u8);
        json.WriteNumber("initial"u8, RunJson.Milliseconds(Plan.Deadlines.Initial));
        json.WriteNumber("review"u8, RunJson.Milliseconds(Plan.Deadlines.LongestReview));
        json.WriteNumber("total"u8, RunJson.Milliseconds(Plan.Deadlines.Total));
        json.WriteEndObject();
        json.WriteNumber("quorum"u8, Plan.Quorum);
        json.WriteNumber("reserved_usd"u8, RunJson.Usd(ReservedNanoUsd));
    }
}

internal sealed record StageStarted(RunStage Stage, IReadOnlyList<string> Calls) : RunEvent
{
    public override string Name => "stage.started";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("stage"u8, Stage.Name());
        json.WriteStartArray("calls"u8);
        foreach (var call in Calls)
        {
            json.WriteStringValue(call);
        }

        json.WriteEndArray();
    }
}

internal sealed record StageCompleted(RunStage Stage, int Ok, int Failed, int Cancelled, TimeSpan Elapsed) : RunEvent
{
    public override string Name => "stage.completed";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("stage"u8, Stage.Name());
        json.WriteNumber("ok"u8, Ok);
        json.WriteNumber("failed"u8, Failed);
        json.WriteNumber("cancelled"u8, Cancelled);
        json.WriteNumber("ms"u8, RunJson.Milliseconds(Elapsed));
    }
}

internal sealed record StageQuorum(RunStage Stage, int Ok, int Needed, TimeSpan Grace) : RunEvent
{
    public override string Name => "stage.quorum";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("stage"u8, Stage.Name());
        json.WriteNumber("ok"u8, Ok);
        json.WriteNumber("needed"u8, Needed);
        json.WriteNumber("grace_ms"u8, RunJson.Milliseconds(Grace));
    }
}

/// <param name="Stage">The stage that is left out.</param>
/// <param name="Reason"><c>single_survivor</c>, <c>deadline</c>, <c>budget</c>, <c>preset</c>, <c>tool_turn</c>.</param>
internal sealed record StageSkipped(RunStage Stage, string Reason) : RunEvent
{
    public override string Name => "stage.skipped";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("stage"u8, Stage.Name());
        json.WriteString("reason"u8, Reason);
    }
}
