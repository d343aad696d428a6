using System.Text.Json;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Reads <c>tools</c>, <c>tool_choice</c>, <c>tool_calls</c> and <c>response_format</c>.</summary>
internal sealed class ChatToolReader(ChatRequestErrors errors)
{
    public IReadOnlyList<ChatTool> ReadTools(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            errors.Invalid("tools", "'tools' must be a list.");
            return [];
        }

        var tools = new List<ChatTool>(value.GetArrayLength());
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (ReadTool(item, $"tools[{index++}]") is not { } tool)
            {
                continue;
            }

            if (tools.Exists(other => other.Name == tool.Name))
            {
                errors.Invalid($"tools[{index - 1}].function.name", "Two tools have the same name.");
            }

            tools.Add(tool);
        }

        return tools;
    }

    public ChatToolChoice? ReadChoice(JsonElement value, IReadOnlyList<ChatTool> tools)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return null;
        }

        var choice = value.AsText() switch
        {
            "auto" => new ChatToolChoice(ChatToolChoiceMode.Auto),
            "none" => new ChatToolChoice(ChatToolChoiceMode.None),
            "required" => new ChatToolChoice(ChatToolChoiceMode.Required),
            _ when value.Text("type"u8) == "function" => new ChatToolChoice(ChatToolChoiceMode.Named, value.Get("function"u8).Text("name"u8) ?? ""),
            _ => null,
        };
        switch (choice)
        {
            case null:
                errors.Invalid("tool_choice", "'tool_choice' must be auto, none, required, or {\"type\":\"function\",\"function\":{\"name\":…}}.");
                break;
            case { Mode: ChatToolChoiceMode.Named } when !tools.Any(tool => tool.Name == choice.Name):
                errors.Invalid("tool_choice.function.name", "'tool_choice' names a tool that is not in 'tools'.");
                break;
            case { Mode: ChatToolChoiceMode.Required } when tools.Count == 0:
                errors.Invalid("tool_choice", "'tool_choice' requires a tool, but 'tools' is empty.");
                break;
        }

        return choice;
    }

    public IReadOnlyList<ChatToolCall> ReadCalls(JsonElement value, string path)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            errors.Invalid(path, "'tool_calls' must be a list.");
            return [];
        }

        var calls = new List<ChatToolCall>(value.GetArrayLength());
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (ReadCall(item, $"{path}[{index++}]") is { } call)
            {
                calls.Add(call);
            }
        }

        return calls;
    }

    public ChatResponseFormat? ReadFormat(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return null;
        }

        switch (value.Text("type"u8))
        {
            case "text":
                return new ChatResponseFormat(ChatFormatKind.Text);
            case "json_object":
                return new ChatResponseFormat(ChatFormatKind.JsonObject);
            case "json_schema":
                return ReadSchema(value.Get("json_schema"u8));
            default:
                errors.Invalid("response_format.type", "'response_format.type' must be one of text, json_object, json_schema.");
                return null;
        }
    }

    private ChatResponseFormat? ReadSchema(JsonElement value)
    {
        if (value.Text("name"u8) is not { Length: > 0 } name || !value.Get("schema"u8).IsObject())
        {
            errors.Invalid("response_format.json_schema", "'json_schema' must have a 'name' and a 'schema' that is an object.");
            return null;
        }

        if (!value.Get("schema"u8).IsUnicode())
        {
            // It is passed on as it stands, and not read before a provider is given it.
            errors.Invalid("response_format.json_schema.schema", ChatRequestReader.NotUnicode);
            return null;
        }

        return new ChatResponseFormat(ChatFormatKind.JsonSchema, name, value.Get("schema"u8).GetRawText())
        {
            Description = value.Text("description"u8),
            IsStrict = Flag(value.Get("strict"u8), "response_format.json_schema.strict"),
        };
    }

    private ChatTool? ReadTool(JsonElement item, string path)
    {
        if (item.Text("type"u8) is not "function")
        {
            errors.Unsupported(path + ".type", "Only tools of type function are supported.");
            return null;
        }

        var function = item.Get("function"u8);
        var parameters = function.Get("parameters"u8);
        if (parameters.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object))
        {
            errors.Invalid(path + ".function.parameters", "'parameters' must be a JSON schema, which is an object.");
        }

        if (function.Text("name"u8) is not { Length: > 0 } name)
        {
            errors.Invalid(path + ".function.name", "A tool must have a name.");
            return null;
        }

        return new ChatTool(name, function.Text("description"u8), parameters.IsObject() ? parameters.GetRawText() : null, Flag(function.Get("strict"u8), path + ".function.strict"));
    }

    private ChatToolCall? ReadCall(JsonElement item, string path)
    {
        var function = item.Get("function"u8);
        if (item.Text("id"u8) is not { Length: > 0 } id || function.Text("name"u8) is not { Length: > 0 } name || function.Text("arguments"u8) is not { } arguments)
        {
            errors.Invalid(path, "A call must have 'id', and 'function' with 'name' and 'arguments', all strings.");
            return null;
        }

        // Some models write nothing where there are no arguments.
        arguments = string.IsNullOrWhiteSpace(arguments) ? "{}" : arguments;
        if (!IsJsonObject(arguments))
        {
            errors.Invalid(path + ".function.arguments", "'arguments' must be a JSON object, as text.");
            return null;
        }

        return new ChatToolCall(id, name, arguments) { Signature = item.Get("extra_content"u8).Get("google"u8).Text("thought_signature"u8) };
    }

    private bool? Flag(JsonElement value, string path)
    {
        if (value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False))
        {
            errors.Invalid(path, "It must be true or false.");
        }

        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };
    }

    private static bool IsJsonObject(string text)
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
