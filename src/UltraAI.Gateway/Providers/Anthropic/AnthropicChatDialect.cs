using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Anthropic;

/// <summary>Anthropic's messages.</summary>
/// <remarks>
/// https://platform.claude.com/docs/en/api/messages. Left out as unknown here: seed, penalties, verbosity. What a model refuses is left out too (<see cref="ClaudeVersion"/>).
/// The version stays 2023-06-01: 2026-10-21 takes temperature and top_p from all models, and brings nothing that is needed.
/// </remarks>
internal sealed class AnthropicChatDialect : ChatDialect
{
    public override IReadOnlyList<KeyValuePair<string, string>> Fields { get; } = [new("anthropic-version", "2023-06-01")];

    public override string TargetFor(string model) => "/v1/messages";

    public override ChatStreamReader CreateReader() => new AnthropicStreamReader();

    public override string? FindUnsupported(ChatRequest request)
    {
        if (!ChatTurns.HasAny(request))
        {
            return "Anthropic needs a message of a user beside the system's.";
        }

        foreach (var file in request.Messages.SelectMany(message => message.Parts).OfType<FilePart>())
        {
            if (file.FileId is not null)
            {
                return "A file that was uploaded to OpenAI can't be sent to Anthropic; send its bytes as 'file_data'.";
            }

            if (file.MediaType is not (MediaTypes.Pdf or MediaTypes.PlainText))
            {
                return $"Anthropic takes files of type {MediaTypes.Pdf} and {MediaTypes.PlainText} only.";
            }
        }

        return null;
    }

    protected override void WriteProperties(Utf8JsonWriter json, ChatRequest request, bool isPublicBaseUrl)
    {
        var version = ClaudeVersion.Of(request.Model);
        var thinking = AnthropicThinking.Choose(request, version);
        var isHeld = IsHeldToSchema(request.ResponseFormat, version);
        json.WriteString("model"u8, request.Model);
        json.WriteNumber("max_tokens"u8, MaxTokens(request));
        WriteSystem(json, request, isHeld);
        AnthropicMessageWriter.Write(json, request);
        AnthropicTools.Write(json, request);
        thinking.Write(json);
        WriteOutput(json, thinking.Effort, isHeld ? request.ResponseFormat!.Schema : null);
        if (version.TakesSampling && !thinking.IsOn)
        {
            WriteNumber(json, "temperature"u8, request.Temperature);
            WriteNumber(json, "top_p"u8, request.Temperature is null || version.TakesTopPWithTemperature ? request.TopP : null);
        }

        WriteTexts(json, "stop_sequences"u8, request.Stop);
        json.WriteBoolean("stream"u8, true);
    }

    private static int MaxTokens(ChatRequest request) =>
        request.MaxOutputTokens ?? throw new ArgumentException("Anthropic's dialect needs MaxOutputTokens.", nameof(request));

    // A schema that Anthropic would refuse is asked for in words.
    private static bool IsHeldToSchema(ChatResponseFormat? format, ClaudeVersion version) =>
        format is { Kind: ChatFormatKind.JsonSchema, Schema: { } schema } && version.TakesSchema && AnthropicSchemas.Accepts(schema);

    private static void WriteSystem(Utf8JsonWriter json, ChatRequest request, bool isHeldToSchema)
    {
        var texts = ChatTurns.SystemTexts(request).ToList();
        if (!isHeldToSchema && FormatInstruction.For(request.ResponseFormat) is { } instruction)
        {
            texts.Add(instruction);
        }

        if (texts.Count == 0)
        {
            return;
        }

        json.WriteStartArray("system"u8);
        foreach (var text in texts)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOutput(Utf8JsonWriter json, string? effort, string? schema)
    {
        if (effort is null && schema is null)
        {
            return;
        }

        json.WriteStartObject("output_config"u8);
        WriteText(json, "effort"u8, effort);
        if (schema is not null)
        {
            json.WriteStartObject("format"u8);
            json.WriteString("type"u8, "json_schema"u8);
            WriteRaw(json, "schema"u8, schema);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
