using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.OpenAI;

/// <summary>Writes <c>messages</c> in OpenAI's shape.</summary>
internal static class OpenAIMessageWriter
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, bool knowsDeveloper)
    {
        json.WriteStartArray("messages"u8);
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, RoleOf(message.Role, knowsDeveloper));
            WriteContent(json, message);
            if (message.Name is { } name)
            {
                json.WriteString("name"u8, name);
            }

            if (message.ToolCallId is { } id)
            {
                json.WriteString("tool_call_id"u8, id);
            }

            WriteCalls(json, message.ToolCalls);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static ReadOnlySpan<byte> RoleOf(ChatRole role, bool knowsDeveloper) => role switch
    {
        ChatRole.System => "system"u8,
        ChatRole.Developer => knowsDeveloper ? "developer"u8 : "system"u8,
        ChatRole.User => "user"u8,
        ChatRole.Assistant => "assistant"u8,
        _ => "tool"u8,
    };

    private static void WriteContent(Utf8JsonWriter json, ChatMessage message)
    {
        switch (message.Parts)
        {
            case []:
                json.WriteNull("content"u8);
                break;
            case [TextPart only]:
                // Not everyone who speaks this dialect takes a list where text is enough.
                json.WriteString("content"u8, only.Text);
                break;
            default:
                json.WriteStartArray("content"u8);
                foreach (var part in message.Parts)
                {
                    json.WriteStartObject();
                    WritePart(json, part);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                break;
        }
    }

    private static void WritePart(Utf8JsonWriter json, ChatPart part)
    {
        switch (part)
        {
            case TextPart text:
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, text.Text);
                break;
            case RefusalPart refusal:
                json.WriteString("type"u8, "refusal"u8);
                json.WriteString("refusal"u8, refusal.Text);
                break;
            case ImagePart image:
                json.WriteString("type"u8, "image_url"u8);
                json.WriteStartObject("image_url"u8);
                json.WriteString("url"u8, image.Url ?? MediaTypes.DataUrl(image.MediaType, image.Data!));
                if (image.Detail is { } detail)
                {
                    json.WriteString("detail"u8, detail);
                }

                json.WriteEndObject();
                break;
            case FilePart file:
                json.WriteString("type"u8, "file"u8);
                json.WriteStartObject("file"u8);
                if (file.FileId is { } id)
                {
                    json.WriteString("file_id"u8, id);
                }
                else
                {
                    json.WriteString("filename"u8, file.Name ?? "file");
                    json.WriteString("file_data"u8, MediaTypes.DataUrl(file.MediaType, file.Data!));
                }

                json.WriteEndObject();
                break;
        }
    }

    private static void WriteCalls(Utf8JsonWriter json, IReadOnlyList<ChatToolCall> calls)
    {
        if (calls.Count == 0)
        {
            return;
        }

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
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
