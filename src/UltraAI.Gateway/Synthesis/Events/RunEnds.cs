using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Events;

/// <summary>The last event of a run.</summary>
internal abstract record RunEnd : RunEvent
{
    public override bool IsTerminal => true;
}

internal sealed record RunCompleted(RunReport Report) : RunEnd
{
    public override string Name => "run.completed";

    public override void Write(Utf8JsonWriter json)
    {
        Report.WriteFields(json, withId: false);
        AssistantMessage.Write(json, Report.Text, Report.ToolCalls);
        json.WriteString("finish_reason"u8, Report.FinishReason.Name());
        RunJson.WriteUsage(json, Report.Usage.Usage);
    }
}

internal sealed record RunFailed(UltraError Error, UsageSummary Usage) : RunEnd
{
    public override string Name => "run.failed";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, Error.Type);
        json.WriteString("code"u8, Error.Code);
        json.WriteString("message"u8, Error.Message);
        json.WriteNumber("status"u8, Error.Status);
        json.WriteEndObject();
        UltraErrorWriter.WriteMembers(json, Error.Members);
        RunJson.WriteUsage(json, Usage.Usage);
        RunReport.WriteCost(json, Usage);
    }
}

internal sealed record RunCancelled(string Reason, UsageSummary Usage) : RunEnd
{
    public override string Name => "run.cancelled";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("reason"u8, Reason);
        RunJson.WriteUsage(json, Usage.Usage);
        RunReport.WriteCost(json, Usage);
    }
}

/// <summary>Errors of /ultra in OpenAI's shape.</summary>
internal static class UltraErrorWriter
{
    /// <summary>Writes <c>{"error":{…}}</c>.</summary>
    public static void Write(Utf8JsonWriter json, UltraError error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, error.Type);
        json.WriteString("param"u8, error.Param);
        json.WriteString("code"u8, error.Code);
        if (error.RunId is { } run)
        {
            json.WriteStartObject("ultra"u8);
            json.WriteString("run_id"u8, run);
            json.WriteString("stage"u8, error.Stage);
            WriteMembers(json, error.Members);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter json, IReadOnlyList<MemberFailure> members)
    {
        json.WriteStartArray("members"u8);
        foreach (var member in members)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, member.Id);
            json.WriteString("model"u8, member.Model);
            json.WriteString("code"u8, member.Code);
            RunJson.WriteNumber(json, "status"u8, (long?)member.Status);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
