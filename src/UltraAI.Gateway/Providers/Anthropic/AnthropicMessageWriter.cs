using System.Text;
using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Anthropic;

/// <summary>Writes <c>messages</c>: two roles that alternate, with tool results as the user's. Blank texts are refused there, so they are left out.</summary>
internal static class AnthropicMessageWriter
{
    public static void Write(Utf8JsonWriter json, ChatRequest request)
    {
        json.WriteStartArray("messages"u8);
        foreach (var (isAssistant, messages) in ChatTurns.Of(request))
        {
            json.WriteStartObject();
            json.WriteString("role"u8, isAssistant ? "assistant"u8 : "user"u8);
            json.WriteStartArray("content"u8);
            foreach (var message in messages)
            {
                WriteMessage(json, message);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteMessage(Utf8JsonWriter json, ChatMessage message)
    {
        if (message.ToolCallId is { } id)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "tool_result"u8);
            json.WriteString("tool_use_id"u8, IdOf(id));
            json.WriteString("content"u8, ChatTurns.TextOf(message));
            json.WriteEndObject();
            return;
        }

        foreach (var part in message.Parts)
        {
            WritePart(json, part);
        }

        foreach (var call in message.ToolCalls)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "tool_use"u8);
            json.WriteString("id"u8, IdOf(call.Id));
            json.WriteString("name"u8, call.Name);
            json.WritePropertyName("input"u8);
            json.WriteRawValue(call.Arguments);
            json.WriteEndObject();
        }
    }

    private static void WritePart(Utf8JsonWriter json, ChatPart part)
    {
        switch (part)
        {
            case TextPart text:
                WriteText(json, text.Text);
                break;
            case RefusalPart refusal:
                WriteText(json, refusal.Text);
                break;
            case ImagePart image:
                json.WriteStartObject();
                json.WriteString("type"u8, "image"u8);
                WriteSource(json, image.Url, image.MediaType, image.Data);
                json.WriteEndObject();
                break;
            case FilePart file:
                WriteFile(json, file);
                break;
        }
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    // Anthropic takes letters, digits, '_' and '-' only; other providers' ids may hold more.
    private static string IdOf(string id) =>
        string.Create(id.Length, id, static (chars, given) =>
        {
            for (var at = 0; at < chars.Length; at++)
            {
                chars[at] = char.IsAsciiLetterOrDigit(given[at]) || given[at] is '_' or '-' ? given[at] : '_';
            }
        });

    // https://platform.claude.com/docs/en/build-with-claude/pdf-support
    private static void WriteFile(Utf8JsonWriter json, FilePart file)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "document"u8);
        if (file.MediaType == MediaTypes.PlainText)
        {
            json.WriteStartObject("source"u8);
            json.WriteString("type"u8, "text"u8);
            json.WriteString("media_type"u8, MediaTypes.PlainText);
            json.WriteString("data"u8, Encoding.UTF8.GetString(Convert.FromBase64String(file.Data!)));
            json.WriteEndObject();
        }
        else
        {
            WriteSource(json, null, file.MediaType, file.Data);
        }

        if (file.Name is { } name)
        {
            json.WriteString("title"u8, name);
        }

        json.WriteEndObject();
    }

    private static void WriteSource(Utf8JsonWriter json, string? url, string? mediaType, string? data)
    {
        json.WriteStartObject("source"u8);
        if (url is not null)
        {
            json.WriteString("type"u8, "url"u8);
            json.WriteString("url"u8, url);
        }
        else
        {
            json.WriteString("type"u8, "base64"u8);
            json.WriteString("media_type"u8, mediaType);
            json.WriteString("data"u8, data);
        }

        json.WriteEndObject();
    }
}
