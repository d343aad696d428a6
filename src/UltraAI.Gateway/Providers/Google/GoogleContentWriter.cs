using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Google;

/// <summary>Writes <c>contents</c>: the roles user and model, with tool results as the user's.</summary>
internal static class GoogleContentWriter
{
    /// <summary>Stands for the signature of a call that Google did not make, or whose signature the client has not sent back.</summary>
    /// <remarks>https://ai.google.dev/gemini-api/docs/thought-signatures#faqs</remarks>
    private const string NoSignature = "skip_thought_signature_validator";

    public static void Write(Utf8JsonWriter json, ChatRequest request, GeminiVersion version)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        json.WriteStartArray("contents"u8);
        foreach (var (isModel, messages) in ChatTurns.Of(request))
        {
            json.WriteStartObject();
            json.WriteString("role"u8, isModel ? "model"u8 : "user"u8);
            json.WriteStartArray("parts"u8);
            foreach (var message in messages)
            {
                WriteMessage(json, message, names, version);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteMessage(Utf8JsonWriter json, ChatMessage message, Dictionary<string, string> names, GeminiVersion version)
    {
        if (message.ToolCallId is { } id)
        {
            WriteResult(json, id, names.GetValueOrDefault(id, id), ChatTurns.TextOf(message));
            return;
        }

        foreach (var part in message.Parts)
        {
            if (part is TextPart { Text: "" })
            {
                continue;
            }

            json.WriteStartObject();
            WritePart(json, part);
            json.WriteEndObject();
        }

        for (var at = 0; at < message.ToolCalls.Count; at++)
        {
            var call = message.ToolCalls[at];
            names[call.Id] = call.Name;

            // Of calls that were made together, the first alone carries a signature.
            WriteCall(json, call, call.Signature ?? (at == 0 && version.ThinksByLevel ? NoSignature : null));
        }
    }

    private static void WritePart(Utf8JsonWriter json, ChatPart part)
    {
        switch (part)
        {
            case TextPart text:
                json.WriteString("text"u8, text.Text);
                break;
            case RefusalPart refusal:
                json.WriteString("text"u8, refusal.Text);
                break;
            case ImagePart { Url: { } url } image:
                json.WriteStartObject("fileData"u8);
                if (image.MediaType is { } mediaType)
                {
                    json.WriteString("mimeType"u8, mediaType);
                }

                json.WriteString("fileUri"u8, url);
                json.WriteEndObject();
                break;
            case ImagePart image:
                WriteBytes(json, image.MediaType, image.Data);
                break;
            case FilePart file:
                WriteBytes(json, file.MediaType, file.Data);
                break;
        }
    }

    private static void WriteBytes(Utf8JsonWriter json, string? mediaType, string? data)
    {
        json.WriteStartObject("inlineData"u8);
        json.WriteString("mimeType"u8, mediaType);
        json.WriteString("data"u8, data);
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, ChatToolCall call, string? signature)
    {
        json.WriteStartObject();
        json.WriteStartObject("functionCall"u8);
        json.WriteString("id"u8, call.Id);
        json.WriteString("name"u8, call.Name);
        json.WritePropertyName("args"u8);
        json.WriteRawValue(call.Arguments);
        json.WriteEndObject();
        if (signature is not null)
        {
            json.WriteString("thoughtSignature"u8, signature);
        }

        json.WriteEndObject();
    }

    // https://ai.google.dev/api/caching#FunctionResponse: an object; of one that is none, "output" holds it.
    private static void WriteResult(Utf8JsonWriter json, string id, string name, string text)
    {
        json.WriteStartObject();
        json.WriteStartObject("functionResponse"u8);
        json.WriteString("id"u8, id);
        json.WriteString("name"u8, name);
        json.WritePropertyName("response"u8);
        if (IsObject(text))
        {
            json.WriteRawValue(text);
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("output"u8, text);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static bool IsObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.IsObject();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
