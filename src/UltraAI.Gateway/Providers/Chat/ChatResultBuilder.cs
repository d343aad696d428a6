using System.Text;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Adds up the events of one stream, and judges it at its end.</summary>
/// <param name="acceptsToolCalls">Whether tool calls are an answer.</param>
/// <param name="maxTokens">How many LLM tokens of output were asked for; null: not said.</param>
internal sealed class ChatResultBuilder(bool acceptsToolCalls, int? maxTokens = null)
{
    /// <summary>The most that is kept of one answer, in characters of text, refusal and arguments; more is a protocol error.</summary>
    public const int MostCharacters = 16 * 1024 * 1024;

    /// <summary>The most characters for each LLM token that was asked for. Providers keep their word at a few; one that does not would make every later call dear.</summary>
    public const int MostCharactersPerToken = 32;

    // Below this nothing is dear.
    private const int AlwaysAllowed = 64 * 1024;

    /// <summary>The most tool calls of one answer.</summary>
    public const int MostToolCalls = 128;

    private readonly long _mostCharacters = maxTokens is { } tokens ? Math.Clamp((long)tokens * MostCharactersPerToken, AlwaysAllowed, MostCharacters) : MostCharacters;
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _refusal = new();
    private readonly List<ToolCall> _calls = [];
    private ChatFinishReason _finish;
    private TokenUsage _usage;
    private ChatFailure? _failure;
    private bool _isUsageFinal;
    private bool _isComplete;
    private int _characters;

    /// <summary>Whether nothing that comes can change the result.</summary>
    public bool HasFailed => _failure is not null;

    public void Add(in ChatEvent item)
    {
        if (_failure is not null)
        {
            return;
        }

        _characters += (item.Text?.Length ?? 0) + (item.Arguments?.Length ?? 0);
        if (_characters > _mostCharacters || item.Index >= MostToolCalls)
        {
            _failure = ChatFailure.Protocol("The answer is longer than any that is asked for.");
            return;
        }

        switch (item.Kind)
        {
            case ChatEventKind.Text:
                _text.Append(item.Text);
                break;
            case ChatEventKind.Reasoning:
                _characters -= item.Text?.Length ?? 0;
                break;
            case ChatEventKind.Refusal:
                _refusal.Append(item.Text);
                break;
            case ChatEventKind.ToolCall:
                AddToolCall(item);
                break;
            case ChatEventKind.Usage:
                _usage = item.Usage;
                _isUsageFinal = item.IsFinal;
                break;
            case ChatEventKind.Finish:
                _finish = item.Finish;
                break;
            case ChatEventKind.Terminator:
                _isComplete = true;
                break;
            case ChatEventKind.Error:
                _failure = item.Failure;
                break;
        }
    }

    /// <summary>The result of a stream that has ended cleanly.</summary>
    public ChatResult End() => Result(_failure ?? (_isComplete ? null : ChatFailure.Protocol("The stream ended before the answer did.")));

    /// <summary>The result of a stream that did not come to its end.</summary>
    /// <param name="failure">Why: an inactivity timeout, a cancellation, a cut.</param>
    /// <remarks>A stream that was complete by its own word stays so, whatever became of its connection.</remarks>
    public ChatResult Break(ChatFailure failure) => Result(_failure ?? (_isComplete ? null : failure));

    private ChatResult Result(ChatFailure? failure) => new()
    {
        Outcome = failure?.Outcome ?? Judge(),
        Text = _text.ToString(),
        Refusal = _refusal.ToString(),
        ToolCalls = [.. _calls.Select(call => new ChatToolCall(call.Id, call.Name, call.Arguments.ToString()) { Signature = call.Signature })],
        FinishReason = _finish,
        Usage = _usage,
        IsUsageFinal = _isUsageFinal,
        Failure = failure,
    };

    private ChatOutcome Judge()
    {
        if (_finish is ChatFinishReason.ContentFilter or ChatFinishReason.Refusal || !IsBlank(_refusal))
        {
            return ChatOutcome.Refused;
        }

        return !IsBlank(_text) || (acceptsToolCalls && _calls.Count > 0) ? ChatOutcome.Ok : ChatOutcome.Empty;
    }

    private void AddToolCall(in ChatEvent item)
    {
        while (_calls.Count <= item.Index)
        {
            _calls.Add(new ToolCall());
        }

        var call = _calls[item.Index];
        call.Id = item.ToolCallId ?? call.Id;
        call.Name = item.ToolName ?? call.Name;
        call.Signature = item.Signature ?? call.Signature;
        call.Arguments.Append(item.Arguments);
    }

    private static bool IsBlank(StringBuilder text)
    {
        foreach (var chunk in text.GetChunks())
        {
            if (!chunk.Span.IsWhiteSpace())
            {
                return false;
            }
        }

        return true;
    }

    private sealed class ToolCall
    {
        public string Id { get; set; } = "";

        public string Name { get; set; } = "";

        public string? Signature { get; set; }

        public StringBuilder Arguments { get; } = new();
    }
}
