using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Presets;

namespace UltraAI.Gateway.Synthesis.Events;

/// <param name="Model">Who writes the answer.</param>
/// <param name="Reason"><c>configured</c> or <c>member</c>.</param>
internal sealed record LeadSelected(ModelReference Model, string Reason) : RunEvent
{
    public override string Name => "lead.selected";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("model"u8, Model.ToString());
        json.WriteString("reason"u8, Reason);
    }
}

internal sealed record LeadFailover(ModelReference From, ModelReference To, ChatOutcome Outcome) : RunEvent
{
    public override string Name => "lead.failover";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("from"u8, From.ToString());
        json.WriteString("to"u8, To.ToString());
        json.WriteString("code"u8, Outcome.Name());
    }
}

/// <summary>A piece of the answer as the lead writes it: text, or a piece of a tool call.</summary>
internal sealed record SynthesisDelta(ChatEvent Item) : RunEvent
{
    public override string Name => "synthesis.delta";

    public override void Write(Utf8JsonWriter json)
    {
        if (Item.Kind == ChatEventKind.Text)
        {
            json.WriteString("text"u8, Item.Text);
            return;
        }

        WriteToolCall(json, Item);
    }

    public static void WriteToolCall(Utf8JsonWriter json, in ChatEvent item)
    {
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, item.Index);
        if (item.ToolCallId is { } id)
        {
            json.WriteString("id"u8, id);
            json.WriteString("type"u8, "function"u8);
        }

        json.WriteStartObject("function"u8);
        if (item.ToolName is { } name)
        {
            json.WriteString("name"u8, name);
        }

        json.WriteString("arguments"u8, item.Arguments ?? "");
        json.WriteEndObject();
        AssistantMessage.WriteSignature(json, item.Signature);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}

/// <summary>The assistant's message in the shape of chat completions.</summary>
internal static class AssistantMessage
{
    public static void Write(Utf8JsonWriter json, string text, IReadOnlyList<ChatToolCall> calls)
    {
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, text.Length == 0 && calls.Count > 0 ? null : text);
        json.WriteNull("refusal"u8);
        if (calls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in calls)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, call.Id);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, call.Name);
                json.WriteString("arguments"u8, call.Arguments);
                json.WriteEndObject();
                WriteSignature(json, call.Signature);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Google wants it back with the call; see <see cref="ChatToolCall.Signature"/>.</summary>
    public static void WriteSignature(Utf8JsonWriter json, string? signature)
    {
        if (signature is null)
        {
            return;
        }

        json.WriteStartObject("extra_content"u8);
        json.WriteStartObject("google"u8);
        json.WriteString("thought_signature"u8, signature);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
