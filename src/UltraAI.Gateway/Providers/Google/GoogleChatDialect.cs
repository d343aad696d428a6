using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Google;

/// <summary>Gemini's generateContent.</summary>
/// <remarks>https://ai.google.dev/api/generate-content. Left out: penalties, which current models refuse ("Penalty is not enabled"), verbosity, and whether tools may be called in parallel.</remarks>
internal sealed class GoogleChatDialect : ChatDialect
{
    public override string TargetFor(string model)
    {
        const string Collection = "models/";
        var name = model.StartsWith(Collection, StringComparison.Ordinal) ? model[Collection.Length..] : model;
        return $"/v1beta/models/{Uri.EscapeDataString(name)}:streamGenerateContent?alt=sse";
    }

    public override ChatStreamReader CreateReader() => new GoogleStreamReader();

    public override string? FindUnsupported(ChatRequest request)
    {
        if (!ChatTurns.HasAny(request))
        {
            return "Google needs a message of a user beside the system's.";
        }

        foreach (var message in request.Messages)
        {
            foreach (var part in message.Parts)
            {
                if (part is FilePart { FileId: not null })
                {
                    return "A file that was uploaded to OpenAI can't be sent to Google; send its bytes as 'file_data'.";
                }
            }
        }

        return null;
    }

    protected override void WriteProperties(Utf8JsonWriter json, ChatRequest request, bool isPublicBaseUrl)
    {
        var version = GeminiVersion.Of(request.Model);
        var isHeld = request.ResponseFormat is { Kind: not ChatFormatKind.Text } && (request.Tools.Count == 0 || version.TakesToolsWithJson);
        WriteSystem(json, request, isHeld);
        GoogleContentWriter.Write(json, request, version);
        WriteTools(json, request);
        json.WriteStartObject("generationConfig"u8);
        if (request.MaxOutputTokens is { } most)
        {
            json.WriteNumber("maxOutputTokens"u8, most);
        }

        WriteNumber(json, "temperature"u8, request.Temperature);
        WriteNumber(json, "topP"u8, request.TopP);
        if (request.Seed is { } seed)
        {
            // Google's seeds have 32 bits.
            json.WriteNumber("seed"u8, unchecked((int)seed));
        }

        WriteTexts(json, "stopSequences"u8, request.Stop);
        WriteFormat(json, isHeld ? request.ResponseFormat : null);
        WriteThinking(json, request.ReasoningEffort, version);
        json.WriteEndObject();
    }

    private static void WriteSystem(Utf8JsonWriter json, ChatRequest request, bool isHeldToFormat)
    {
        var texts = ChatTurns.SystemTexts(request).ToList();
        if (!isHeldToFormat && FormatInstruction.For(request.ResponseFormat) is { } instruction)
        {
            texts.Add(instruction);
        }

        if (texts.Count == 0)
        {
            return;
        }

        json.WriteStartObject("systemInstruction"u8);
        json.WriteStartArray("parts"u8);
        foreach (var text in texts)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter json, ChatRequest request)
    {
        if (request.Tools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        json.WriteStartObject();
        json.WriteStartArray("functionDeclarations"u8);
        foreach (var tool in request.Tools)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tool.Name);
            WriteText(json, "description"u8, tool.Description);
            if (tool.Parameters is { } parameters)
            {
                WriteRaw(json, "parametersJsonSchema"u8, parameters);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        WriteToolChoice(json, request.ToolChoice);
    }

    // https://ai.google.dev/api/caching#FunctionCallingConfig
    private static void WriteToolChoice(Utf8JsonWriter json, ChatToolChoice? choice)
    {
        if (choice is null)
        {
            return;
        }

        json.WriteStartObject("toolConfig"u8);
        json.WriteStartObject("functionCallingConfig"u8);
        json.WriteString("mode"u8, choice.IsForced ? "ANY"u8 : choice.Mode == ChatToolChoiceMode.None ? "NONE"u8 : "AUTO"u8);
        if (choice.Mode == ChatToolChoiceMode.Named)
        {
            WriteTexts(json, "allowedFunctionNames"u8, [choice.Name!]);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFormat(Utf8JsonWriter json, ChatResponseFormat? format)
    {
        if (format is null)
        {
            return;
        }

        json.WriteString("responseMimeType"u8, "application/json"u8);
        if (format.Schema is { } schema)
        {
            WriteRaw(json, "responseJsonSchema"u8, schema);
        }
    }

    private static void WriteThinking(Utf8JsonWriter json, ReasoningEffort? given, GeminiVersion version)
    {
        if (given is not { } effort || !(version.ThinksByLevel || version.ThinksByBudget))
        {
            return;
        }

        json.WriteStartObject("thinkingConfig"u8);
        if (version.ThinksByLevel)
        {
            json.WriteString("thinkingLevel"u8, version.LevelOf(effort));
        }
        else
        {
            json.WriteNumber("thinkingBudget"u8, version.BudgetOf(effort));
        }

        json.WriteEndObject();
    }
}
