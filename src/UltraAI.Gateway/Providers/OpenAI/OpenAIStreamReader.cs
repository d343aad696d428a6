using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.OpenAI;

/// <summary>Reads <c>chat.completion.chunk</c> events, the first choice only.</summary>
/// <remarks>
/// https://platform.openai.com/docs/api-reference/chat-streaming. The end is <c>[DONE]</c>; for servers that leave it out, a finish reason and then the end of the body.
/// Thinking comes in <c>reasoning_content</c> (DeepSeek, vLLM, Qwen), <c>reasoning</c> (Groq, OpenRouter) or as typed pieces of <c>content</c> (Mistral).
/// </remarks>
internal sealed class OpenAIStreamReader : ChatStreamReader
{
    private readonly List<(long Index, string? Id)> _calls = [];
    private bool _hasFinished;

    protected override bool EndsWithBody => _hasFinished;

    protected override bool IsTerminator(ReadOnlySpan<byte> data) => data.Trim(" \t"u8).SequenceEqual("[DONE]"u8);

    protected override void Read(JsonElement data, List<ChatEvent> events)
    {
        if (data.Get("error"u8).ValueKind is JsonValueKind.Object or JsonValueKind.String || data.Text("object"u8) == "error")
        {
            var error = ProviderError.Read(data);
            Fail(ErrorJudge.Judge(error.Status ?? StatusOf(error), null, error), events);
            return;
        }

        var usage = data.Get("usage"u8);
        if (usage.IsObject())
        {
            // Some report with every chunk; what comes after the finish reason is the whole.
            events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = OpenAIStreamUsage.Read(usage), IsFinal = true });
        }

        foreach (var choice in data.Get("choices"u8).Items())
        {
            if (choice.Count("index"u8) == 0)
            {
                ReadChoice(choice, events);
            }
        }
    }

    private void ReadChoice(JsonElement choice, List<ChatEvent> events)
    {
        var delta = choice.Get("delta"u8);
        AddText(ChatEventKind.Reasoning, delta.Text("reasoning_content"u8) ?? delta.Text("reasoning"u8), events);
        ReadContent(delta.Get("content"u8), events);
        AddText(ChatEventKind.Refusal, delta.Text("refusal"u8), events);
        var position = 0;
        foreach (var call in delta.Get("tool_calls"u8).Items())
        {
            ReadCall(call, position++, events);
        }

        if (choice.Text("finish_reason"u8) is { Length: > 0 } reason)
        {
            _hasFinished = true;
            events.Add(new ChatEvent(ChatEventKind.Finish) { Finish = FinishOf(reason) });
        }
    }

    private static void ReadContent(JsonElement content, List<ChatEvent> events)
    {
        AddText(ChatEventKind.Text, content.AsText(), events);
        foreach (var piece in content.Items())
        {
            AddText(ChatEventKind.Text, piece.Text("text"u8), events);
            foreach (var thought in piece.Get("thinking"u8).Items())
            {
                AddText(ChatEventKind.Reasoning, thought.Text("text"u8), events);
            }
        }
    }

    private void ReadCall(JsonElement call, int position, List<ChatEvent> events)
    {
        var function = call.Get("function"u8);
        var id = call.Text("id"u8) is { Length: > 0 } given ? given : null;
        var at = Find(call.Long("index"u8) ?? position, id);
        var isFirst = at < 0;
        if (isFirst)
        {
            at = _calls.Count;
            _calls.Add((call.Long("index"u8) ?? position, id));
        }

        events.Add(new ChatEvent(ChatEventKind.ToolCall)
        {
            Index = at,
            ToolCallId = isFirst ? id ?? ChatEvent.NewToolCallId() : null,
            ToolName = isFirst ? function.Text("name"u8) : null,
            Arguments = function.Text("arguments"u8),
            Signature = call.Get("extra_content"u8).Get("google"u8).Text("thought_signature"u8),
        });
    }

    /// <summary>Which call a piece belongs to. Some servers send whole calls, all with index 0, and tell them apart by their ids.</summary>
    private int Find(long index, string? id)
    {
        for (var at = _calls.Count - 1; at >= 0; at--)
        {
            if (_calls[at].Index == index)
            {
                return id is null || _calls[at].Id is null || _calls[at].Id == id ? at : -1;
            }
        }

        return -1;
    }

    private static ChatFinishReason FinishOf(string reason) => reason switch
    {
        "stop" or "eos_token" or "stop_sequence" => ChatFinishReason.Stop,
        "length" or "model_length" => ChatFinishReason.Length,
        "tool_calls" or "function_call" => ChatFinishReason.ToolCalls,
        "content_filter" => ChatFinishReason.ContentFilter,
        "refusal" => ChatFinishReason.Refusal,
        _ => ChatFinishReason.Other,
    };

    private static int StatusOf(ProviderError error) => (error.Code, error.Type) switch
    {
        ("rate_limit_exceeded" or "insufficient_quota", _) or (_, "rate_limit_error" or "rate_limit_exceeded" or "tokens" or "requests") => StatusCodes.Status429TooManyRequests,
        ("invalid_api_key", _) or (_, "authentication_error") => StatusCodes.Status401Unauthorized,
        (_, "invalid_request_error" or "BadRequestError") or ("content_filter" or "context_length_exceeded", _) => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status500InternalServerError,
    };
}
