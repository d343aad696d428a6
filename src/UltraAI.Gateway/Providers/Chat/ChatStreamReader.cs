using System.Text.Json;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Turns the bytes of one provider's stream into events, in whatever pieces they come. Never throws.</summary>
/// <remarks>Not thread-safe; one per call.</remarks>
internal abstract class ChatStreamReader
{
    /// <summary>The longest event, in bytes. The longest that providers send are tool arguments and images, far below it.</summary>
    public const int MaxEventBytes = 4 * 1024 * 1024;

    private readonly SseReader _sse = new(MaxEventBytes);
    private bool _hasFailed;

    /// <summary>Whether the stream has said that it is complete. What follows is not read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Reads the next bytes of the body.</summary>
    /// <param name="bytes">Any piece of it.</param>
    /// <param name="events">What they say is added here.</param>
    public void Feed(ReadOnlySpan<byte> bytes, List<ChatEvent> events)
    {
        while (!_hasFailed && !IsComplete && _sse.TryRead(ref bytes, out var data))
        {
            Read(data, events);
        }

        if (_sse.IsTooLong && !_hasFailed)
        {
            Fail(ChatFailure.Protocol($"An event of the stream is longer than {MaxEventBytes} bytes."), events);
        }
    }

    /// <summary>Says that the body has ended, cleanly. Not to be called for one that broke off.</summary>
    public void End(List<ChatEvent> events)
    {
        if (!_hasFailed && !IsComplete && _sse.TryReadRest(out var data))
        {
            Read(data, events);
        }

        if (!_hasFailed && !IsComplete && EndsWithBody)
        {
            Complete(events);
        }
    }

    /// <summary>Whether the end of the body, as things stand, is the end of the answer.</summary>
    protected abstract bool EndsWithBody { get; }

    /// <summary>Reads the data of one event.</summary>
    protected abstract void Read(JsonElement data, List<ChatEvent> events);

    /// <summary>Whether the data is the stream's last word.</summary>
    protected virtual bool IsTerminator(ReadOnlySpan<byte> data) => false;

    protected void Complete(List<ChatEvent> events)
    {
        IsComplete = true;
        events.Add(new ChatEvent(ChatEventKind.Terminator));
    }

    protected void Fail(ChatFailure failure, List<ChatEvent> events)
    {
        _hasFailed = true;
        events.Add(new ChatEvent(ChatEventKind.Error) { Failure = failure });
    }

    protected static void AddText(ChatEventKind kind, string? text, List<ChatEvent> events)
    {
        if (!string.IsNullOrEmpty(text))
        {
            events.Add(new ChatEvent(kind) { Text = text });
        }
    }

    private void Read(ReadOnlyMemory<byte> data, List<ChatEvent> events)
    {
        if (IsTerminator(data.Span))
        {
            Complete(events);
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(data);
            Read(document.RootElement, events);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not Unicode.
            Fail(ChatFailure.Protocol("An event of the stream is not valid JSON."), events);
        }
    }
}
