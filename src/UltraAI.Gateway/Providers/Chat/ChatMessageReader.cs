using System.Text.Json;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Reads <c>messages</c>, and holds tool calls and their results to each other, as every provider does.</summary>
internal sealed class ChatMessageReader(ChatRequestErrors errors)
{
    private readonly ChatPartReader _parts = new(errors);
    private readonly ChatToolReader _tools = new(errors);

    /// <summary>The calls that have no result yet.</summary>
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    public IReadOnlyList<ChatMessage> Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            errors.Invalid("messages", "'messages' must be a non-empty list.");
            return [];
        }

        var messages = new List<ChatMessage>(value.GetArrayLength());
        var path = "";
        foreach (var item in value.EnumerateArray())
        {
            path = $"messages[{messages.Count}]";
            messages.Add(ReadMessage(item, path));
        }

        RefuseOpenCalls(path);
        return messages;
    }

    private ChatMessage ReadMessage(JsonElement item, string path)
    {
        var role = RoleOf(item.Text("role"u8));
        if (role is null)
        {
            errors.Invalid(path + ".role", "The role must be one of system, developer, user, assistant, tool.");
            return ChatMessage.Of(ChatRole.User, "");
        }

        if (role != ChatRole.Tool)
        {
            RefuseOpenCalls(path);
        }

        var message = new ChatMessage(role.Value, _parts.Read(item.Get("content"u8), role.Value, path + ".content"))
        {
            Name = item.Text("name"u8),
            ToolCalls = role == ChatRole.Assistant ? _tools.ReadCalls(item.Get("tool_calls"u8), path + ".tool_calls") : [],
            ToolCallId = role == ChatRole.Tool ? item.Text("tool_call_id"u8) ?? "" : null,
        };
        return role switch
        {
            ChatRole.Assistant => ReadAssistant(message, item, path),
            ChatRole.Tool => ReadTool(message, path),
            _ => message,
        };
    }

    private ChatMessage ReadAssistant(ChatMessage message, JsonElement item, string path)
    {
        if (item.Get("function_call"u8).IsObject())
        {
            errors.Unsupported(path + ".function_call", "'function_call' is not supported; send 'tool_calls'.");
        }

        if (item.Get("audio"u8).IsObject())
        {
            errors.Add(ChatRequestFault.UnsupportedModality, path + ".audio", "Audio is not supported.");
        }

        if (item.Text("refusal"u8) is { Length: > 0 } refusal)
        {
            message = message with { Parts = [.. message.Parts, new RefusalPart(refusal)] };
        }

        foreach (var call in message.ToolCalls)
        {
            if (!_open.Add(call.Id))
            {
                errors.Invalid(path + ".tool_calls", "Two calls have the same id.");
            }
        }

        if (message.Parts.Count == 0 && !item.Get("tool_calls"u8).Items().Any())
        {
            errors.Invalid(path + ".content", "An assistant's message must have 'content' or 'tool_calls'.");
        }

        return message;
    }

    private ChatMessage ReadTool(ChatMessage message, string path)
    {
        if (!_open.Remove(message.ToolCallId!))
        {
            errors.Invalid(path + ".tool_call_id", "'tool_call_id' must name a call of the assistant's message before it that has no result yet.");
        }

        return message;
    }

    private void RefuseOpenCalls(string path)
    {
        if (_open.Count > 0)
        {
            errors.Invalid(path, $"{_open.Count} tool call(s) before it have no message of role 'tool'.");
            _open.Clear();
        }
    }

    private static ChatRole? RoleOf(string? role) => role switch
    {
        "system" => ChatRole.System,
        "developer" => ChatRole.Developer,
        "user" => ChatRole.User,
        "assistant" => ChatRole.Assistant,
        "tool" => ChatRole.Tool,
        _ => null,
    };
}
