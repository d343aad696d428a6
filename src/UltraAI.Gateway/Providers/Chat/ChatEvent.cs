namespace UltraAI.Gateway.Providers.Chat;

/// <summary>What an event of a stream is.</summary>
internal enum ChatEventKind
{
    /// <summary><see cref="ChatEvent.Text"/> of the answer.</summary>
    Text,

    /// <summary><see cref="ChatEvent.Text"/> of thinking, which is not part of the answer.</summary>
    Reasoning,

    /// <summary><see cref="ChatEvent.Text"/> of a refusal, which is not part of the answer.</summary>
    Refusal,

    /// <summary>A piece of the tool call <see cref="ChatEvent.Index"/>.</summary>
    ToolCall,

    /// <summary>All tokens so far; a later one replaces it.</summary>
    Usage,

    /// <summary>The model stopped.</summary>
    Finish,

    /// <summary>The stream says, in its dialect's way, that it is complete.</summary>
    Terminator,

    /// <summary>The provider reports an error, or the bytes are not a stream of this dialect. The last event.</summary>
    Error,
}

/// <summary>Why a model stopped.</summary>
internal enum ChatFinishReason
{
    /// <summary>The stream did not say.</summary>
    None,

    /// <summary>The end of the answer, or a stop sequence.</summary>
    Stop,

    /// <summary>The most tokens of output, or the end of the context window.</summary>
    Length,

    ToolCalls,

    ContentFilter,

    /// <summary>The model itself declined.</summary>
    Refusal,

    /// <summary>A reason that is none of the above.</summary>
    Other,
}

/// <summary>The wire form of finish reasons, which is OpenAI's.</summary>
internal static class ChatFinishReasons
{
    public static string Name(this ChatFinishReason reason) => reason switch
    {
        ChatFinishReason.Length => "length",
        ChatFinishReason.ToolCalls => "tool_calls",
        ChatFinishReason.ContentFilter or ChatFinishReason.Refusal => "content_filter",
        _ => "stop",
    };
}

/// <summary>One thing that a stream says.</summary>
internal readonly record struct ChatEvent(ChatEventKind Kind)
{
    public string? Text { get; init; }

    /// <summary>Which tool call, from 0, without gaps.</summary>
    public int Index { get; init; }

    /// <summary>The tool call's id; only in its first event.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>The tool's name; only in the call's first event.</summary>
    public string? ToolName { get; init; }

    /// <summary>The next piece of the tool call's arguments.</summary>
    public string? Arguments { get; init; }

    /// <summary>See <see cref="ChatToolCall.Signature"/>.</summary>
    public string? Signature { get; init; }

    public TokenUsage Usage { get; init; }

    /// <summary>Whether the provider has counted to the end.</summary>
    public bool IsFinal { get; init; }

    public ChatFinishReason Finish { get; init; }

    public ChatFailure? Failure { get; init; }

    /// <summary>An id for a call whose provider gave it none. Ids must differ over a whole conversation.</summary>
    public static string NewToolCallId() => "call_" + Guid.NewGuid().ToString("N");
}
