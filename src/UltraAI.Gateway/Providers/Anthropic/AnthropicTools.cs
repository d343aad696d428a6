using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Anthropic;

/// <summary>Writes <c>tools</c> and <c>tool_choice</c>.</summary>
/// <remarks>https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use</remarks>
internal static class AnthropicTools
{
    private const string AnyObject = """{"type":"object"}""";

    public static void Write(Utf8JsonWriter json, ChatRequest request)
    {
        var tools = request.Tools.Count > 0 ? request.Tools : CalledBefore(request);
        if (tools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tool.Name);
            if (tool.Description is { } description)
            {
                json.WriteString("description"u8, description);
            }

            json.WritePropertyName("input_schema"u8);
            json.WriteRawValue(tool.Parameters ?? AnyObject);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteChoice(json, request);
    }

    /// <summary>A conversation with tool calls in it is refused without tools: those that it names are declared, and may not be called.</summary>
    private static List<ChatTool> CalledBefore(ChatRequest request) =>
        [.. request.Messages.SelectMany(message => message.ToolCalls).Select(call => call.Name).Distinct().Select(name => new ChatTool(name, null, null, null))];

    private static void WriteChoice(Utf8JsonWriter json, ChatRequest request)
    {
        var mode = request.Tools.Count == 0 ? ChatToolChoiceMode.None : request.ToolChoice?.Mode;
        if (mode is null && request.ParallelToolCalls != false)
        {
            return;
        }

        json.WriteStartObject("tool_choice"u8);
        json.WriteString("type"u8, mode switch
        {
            ChatToolChoiceMode.None => "none"u8,
            ChatToolChoiceMode.Required => "any"u8,
            ChatToolChoiceMode.Named => "tool"u8,
            _ => "auto"u8,
        });
        if (mode == ChatToolChoiceMode.Named)
        {
            json.WriteString("name"u8, request.ToolChoice!.Name);
        }

        if (mode != ChatToolChoiceMode.None && request.ParallelToolCalls is { } isParallel)
        {
            json.WriteBoolean("disable_parallel_tool_use"u8, !isParallel);
        }

        json.WriteEndObject();
    }
}
