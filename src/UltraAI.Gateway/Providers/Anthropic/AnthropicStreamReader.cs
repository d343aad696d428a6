using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Anthropic;

/// <summary>Reads the events of a streamed message, up to <c>message_stop</c>. Events and blocks of unknown types are passed over, as the documentation asks.</summary>
/// <remarks>https://platform.claude.com/docs/en/build-with-claude/streaming</remarks>
internal sealed class AnthropicStreamReader : ChatStreamReader
{
    private readonly List<long> _calls = [];

    // By call: what it was begun with, as long as no piece of its arguments has come.
    private readonly Dictionary<int, string> _inputs = [];
    private AnthropicStreamUsage _usage;

    protected override bool EndsWithBody => false;

    protected override void Read(JsonElement data, List<ChatEvent> events)
    {
        switch (data.Text("type"u8))
        {
            case "message_start":
                AddUsage(data.Get("message"u8).Get("usage"u8), isFinal: false, events);
                break;
            case "content_block_start":
                ReadStart(data.Get("content_block"u8), data.Count("index"u8), events);
                break;
            case "content_block_delta":
                ReadDelta(data.Get("delta"u8), data.Count("index"u8), events);
                break;
            case "content_block_stop":
                ReadStop(data.Count("index"u8), events);
                break;
            case "message_delta":
                AddUsage(data.Get("usage"u8), isFinal: true, events);
                if (data.Get("delta"u8).Text("stop_reason"u8) is { } reason)
                {
                    AddText(ChatEventKind.Refusal, data.Get("delta"u8).Get("stop_details"u8).Text("explanation"u8), events);
                    events.Add(new ChatEvent(ChatEventKind.Finish) { Finish = FinishOf(reason) });
                }

                break;
            case "message_stop":
                Complete(events);
                break;
            case "error":
                var error = ProviderError.Read(data);
                Fail(ErrorJudge.Judge(StatusOf(error.Type), null, error), events);
                break;
        }
    }

    private void ReadStart(JsonElement block, long index, List<ChatEvent> events)
    {
        switch (block.Text("type"u8))
        {
            case "text":
                AddText(ChatEventKind.Text, block.Text("text"u8), events);
                break;
            case "thinking":
                AddText(ChatEventKind.Reasoning, block.Text("thinking"u8), events);
                break;
            case "tool_use":
                _inputs[_calls.Count] = block.Get("input"u8) is var input && input.IsObject() ? input.GetRawText() : "{}";
                _calls.Add(index);
                events.Add(new ChatEvent(ChatEventKind.ToolCall)
                {
                    Index = _calls.Count - 1,
                    ToolCallId = block.Text("id"u8),
                    ToolName = block.Text("name"u8),
                });
                break;
        }
    }

    private void ReadDelta(JsonElement delta, long index, List<ChatEvent> events)
    {
        switch (delta.Text("type"u8))
        {
            case "text_delta":
                AddText(ChatEventKind.Text, delta.Text("text"u8), events);
                break;
            case "thinking_delta":
                AddText(ChatEventKind.Reasoning, delta.Text("thinking"u8), events);
                break;
            case "input_json_delta" when _calls.LastIndexOf(index) is var call and >= 0 && delta.Text("partial_json"u8) is { Length: > 0 } piece:
                _inputs.Remove(call);
                events.Add(new ChatEvent(ChatEventKind.ToolCall) { Index = call, Arguments = piece });
                break;
        }
    }

    // A call without arguments has no piece of them, or an empty one. Clients parse them as JSON, which the empty text is not.
    private void ReadStop(long index, List<ChatEvent> events)
    {
        var call = _calls.LastIndexOf(index);
        if (_inputs.Remove(call, out var input))
        {
            events.Add(new ChatEvent(ChatEventKind.ToolCall) { Index = call, Arguments = input });
        }
    }

    private void AddUsage(JsonElement usage, bool isFinal, List<ChatEvent> events)
    {
        if (usage.IsObject())
        {
            _usage.Add(usage);
            events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = _usage.Total, IsFinal = isFinal });
        }
    }

    // https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
    private static ChatFinishReason FinishOf(string reason) => reason switch
    {
        "end_turn" or "stop_sequence" => ChatFinishReason.Stop,
        "max_tokens" or "model_context_window_exceeded" => ChatFinishReason.Length,
        "tool_use" => ChatFinishReason.ToolCalls,
        "refusal" => ChatFinishReason.Refusal,
        _ => ChatFinishReason.Other,
    };

    // https://platform.claude.com/docs/en/api/errors
    private static int StatusOf(string? type) => type switch
    {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => 500,
    };
}
