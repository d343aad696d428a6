using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Events;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>Writes answers in the shape of chat completions.</summary>
/// <remarks>https://platform.openai.com/docs/api-reference/chat/object</remarks>
internal static class ChatCompletionWriter
{
    public static void Write(Utf8JsonWriter json, RunReport report, DateTimeOffset now)
    {
        json.WriteStartObject();
        WriteHead(json, "chat.completion"u8, report.Plan.Id, report.Plan.Request.Preset.Name, now);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        AssistantMessage.Write(json, report.Text, report.ToolCalls);
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, report.FinishReason.Name());
        json.WriteEndObject();
        json.WriteEndArray();
        RunJson.WriteUsage(json, report.Usage.Usage);
        report.WriteBlock(json);
        json.WriteEndObject();
    }

    public static void WriteHead(Utf8JsonWriter json, ReadOnlySpan<byte> kind, string runId, string preset, DateTimeOffset now)
    {
        json.WriteString("id"u8, "ultra-" + runId);
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, now.ToUnixTimeSeconds());
        json.WriteString("model"u8, preset);
    }
}
