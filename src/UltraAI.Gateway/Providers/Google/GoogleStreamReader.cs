using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Google;

/// <summary>Reads streamed <c>GenerateContentResponse</c> events, the first candidate only.</summary>
/// <remarks>https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse. The stream has no last word: it is complete when the body ends after a finish reason, or after the prompt was blocked.</remarks>
internal sealed class GoogleStreamReader : ChatStreamReader
{
    private int _calls;
    private bool _hasFinished;

    protected override bool EndsWithBody => _hasFinished;

    protected override void Read(JsonElement data, List<ChatEvent> events)
    {
        var root = data.ValueKind == JsonValueKind.Array && data.GetArrayLength() > 0 ? data[0] : data;
        if (root.Get("error"u8).IsObject())
        {
            var error = ProviderError.Read(root);
            Fail(ErrorJudge.Judge(error.Status ?? StatusCodes.Status500InternalServerError, null, error), events);
            return;
        }

        foreach (var candidate in root.Get("candidates"u8).Items())
        {
            if (candidate.Count("index"u8) == 0)
            {
                ReadCandidate(candidate, events);
            }
        }

        if (root.Get("promptFeedback"u8).Text("blockReason"u8) is not (null or "BLOCK_REASON_UNSPECIFIED"))
        {
            Finish(ChatFinishReason.ContentFilter, events);
        }

        var usage = root.Get("usageMetadata"u8);
        if (usage.IsObject())
        {
            events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = GoogleStreamUsage.Read(usage), IsFinal = _hasFinished });
        }
    }

    private void ReadCandidate(JsonElement candidate, List<ChatEvent> events)
    {
        foreach (var part in candidate.Get("content"u8).Get("parts"u8).Items())
        {
            AddText(part.IsTrue("thought"u8) ? ChatEventKind.Reasoning : ChatEventKind.Text, part.Text("text"u8), events);
            var call = part.Get("functionCall"u8);
            if (call.IsObject())
            {
                ReadCall(call, part.Text("thoughtSignature"u8), events);
            }
        }

        if (candidate.Text("finishReason"u8) is { } reason and not "FINISH_REASON_UNSPECIFIED")
        {
            Finish(FinishOf(reason), events);
        }
    }

    private void ReadCall(JsonElement call, string? signature, List<ChatEvent> events)
    {
        var arguments = call.Get("args"u8);
        events.Add(new ChatEvent(ChatEventKind.ToolCall)
        {
            Index = _calls,
            ToolCallId = call.Text("id"u8) is { Length: > 0 } id ? id : ChatEvent.NewToolCallId(),
            ToolName = call.Text("name"u8),
            Arguments = arguments.IsObject() ? arguments.GetRawText() : "{}",
            Signature = signature,
        });
        _calls++;
    }

    private void Finish(ChatFinishReason reason, List<ChatEvent> events)
    {
        _hasFinished = true;
        events.Add(new ChatEvent(ChatEventKind.Finish) { Finish = reason });
    }

    private ChatFinishReason FinishOf(string reason) => reason switch
    {
        "STOP" => _calls > 0 ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        "MAX_TOKENS" => ChatFinishReason.Length,
        "SAFETY" or "RECITATION" or "BLOCKLIST" or "PROHIBITED_CONTENT" or "SPII" or "MODEL_ARMOR"
            or "IMAGE_SAFETY" or "IMAGE_PROHIBITED_CONTENT" or "IMAGE_RECITATION" => ChatFinishReason.ContentFilter,
        _ => ChatFinishReason.Other,
    };
}
