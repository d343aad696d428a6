using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.OpenAI;

/// <summary>Chat completions: OpenAI's, and those of everyone who speaks them.</summary>
/// <remarks>
/// https://platform.openai.com/docs/api-reference/chat/create. The provider itself is told from its imitators by its base URL:
/// only it knows the role developer, and it wants <c>max_completion_tokens</c>, which Mistral, vLLM's older versions and others refuse; they get <c>max_tokens</c>,
/// unless the model is a reasoning model of OpenAI's behind a proxy. What a reasoning model refuses is left out.
/// </remarks>
internal class OpenAIChatDialect : ChatDialect
{
    public override string TargetFor(string model) => "/v1/chat/completions";

    public override string? FindUnsupported(ChatRequest request) => null;

    public override ChatStreamReader CreateReader() => new OpenAIStreamReader();

    /// <summary>Whether the role developer is known; else it is written as system.</summary>
    protected virtual bool KnowsDeveloper(bool isPublicBaseUrl) => isPublicBaseUrl;

    /// <summary>Whether the most tokens are asked for by their newer name.</summary>
    protected virtual bool TakesMaxCompletionTokens(string model, bool isPublicBaseUrl) => isPublicBaseUrl || OpenAIModels.IsReasoning(model);

    /// <summary>Whether the model takes temperature, top_p and penalties. A reasoning model refuses them behind a proxy too.</summary>
    protected virtual bool TakesSampling(string model) => !OpenAIModels.IsReasoning(model);

    protected override void WriteProperties(Utf8JsonWriter json, ChatRequest request, bool isPublicBaseUrl)
    {
        json.WriteString("model"u8, request.Model);
        OpenAIMessageWriter.Write(json, request.Messages, KnowsDeveloper(isPublicBaseUrl));
        WriteTools(json, request);
        WriteFormat(json, request.ResponseFormat);
        if (TakesSampling(request.Model))
        {
            WriteNumber(json, "temperature"u8, request.Temperature);
            WriteNumber(json, "top_p"u8, request.TopP);
            WriteNumber(json, "frequency_penalty"u8, request.FrequencyPenalty);
            WriteNumber(json, "presence_penalty"u8, request.PresencePenalty);
        }

        if (request.Seed is { } seed)
        {
            json.WriteNumber("seed"u8, seed);
        }

        WriteText(json, "reasoning_effort"u8, request.ReasoningEffort?.Word());
        WriteText(json, "verbosity"u8, request.Verbosity);
        if (request.MaxOutputTokens is { } most)
        {
            json.WriteNumber(TakesMaxCompletionTokens(request.Model, isPublicBaseUrl) ? "max_completion_tokens"u8 : "max_tokens"u8, most);
        }

        WriteTexts(json, "stop"u8, request.Stop);
        json.WriteBoolean("stream"u8, true);
        json.WriteStartObject("stream_options"u8);
        json.WriteBoolean("include_usage"u8, true);
        json.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter json, ChatRequest request)
    {
        if (request.Tools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in request.Tools)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, tool.Name);
            WriteText(json, "description"u8, tool.Description);
            if (tool.Parameters is { } parameters)
            {
                WriteRaw(json, "parameters"u8, parameters);
            }

            if (tool.IsStrict is { } isStrict)
            {
                json.WriteBoolean("strict"u8, isStrict);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteToolChoice(json, request.ToolChoice);
        if (request.ParallelToolCalls is { } isParallel)
        {
            json.WriteBoolean("parallel_tool_calls"u8, isParallel);
        }
    }

    private static void WriteToolChoice(Utf8JsonWriter json, ChatToolChoice? choice)
    {
        switch (choice?.Mode)
        {
            case null:
                break;
            case ChatToolChoiceMode.Named:
                json.WriteStartObject("tool_choice"u8);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, choice.Name);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            default:
                json.WriteString("tool_choice"u8, choice.Mode switch
                {
                    ChatToolChoiceMode.None => "none"u8,
                    ChatToolChoiceMode.Required => "required"u8,
                    _ => "auto"u8,
                });
                break;
        }
    }

    private static void WriteFormat(Utf8JsonWriter json, ChatResponseFormat? format)
    {
        if (format is null)
        {
            return;
        }

        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, format.Kind switch
        {
            ChatFormatKind.JsonObject => "json_object"u8,
            ChatFormatKind.JsonSchema => "json_schema"u8,
            _ => "text"u8,
        });
        if (format.Kind == ChatFormatKind.JsonSchema)
        {
            json.WriteStartObject("json_schema"u8);
            json.WriteString("name"u8, format.Name);
            WriteText(json, "description"u8, format.Description);
            WriteRaw(json, "schema"u8, format.Schema!);
            if (format.IsStrict is { } isStrict)
            {
                json.WriteBoolean("strict"u8, isStrict);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
