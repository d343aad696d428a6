using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Anthropic;

/// <summary>POST /v1/messages and its token count.</summary>
internal sealed class MessagesEndpoint(ProviderDialect dialect)
{
    private const string Thought = "The user wants a clear answer. I will state the main point first and then the reasons.";

    private readonly MessageUsage _usage = new();

    public static Task CountTokensAsync(SimulatedCall call)
    {
        var request = MessageRequest.Read(call, call.JsonBody(), needsMaxTokens: false);
        return call.Answer.JsonAsync(new JsonObject { ["input_tokens"] = call.Behaviour.InputTokens ?? request.Prompt.InputTokens });
    }

    public async Task HandleAsync(SimulatedCall call)
    {
        var request = MessageRequest.Read(call, call.JsonBody());
        if (!request.Body.Flag("stream"))
        {
            var whole = Message(call, request, out var counted);
            call.Record.SetUsage(counted, isReported: true);
            await call.Answer.JsonAsync(whole);
            return;
        }

        var reply = Reply.Create(call, request.Prompt, request.Structured, request.MaxTokens);
        var message = Message(call, request, out var usage);
        var tokens = request.Tool is null ? reply.StreamedTokens + ThoughtTokens(request) : usage.Output;
        usage = usage with { Output = call.Behaviour.Usage?.Output ?? call.Behaviour.OutputTokens ?? tokens };
        call.Record.SetUsage(usage, isReported: !call.Behaviour.OmitUsage);
        await new MessageStream(call).SendAsync(message, reply.Pieces, usage.Output);
    }

    /// <summary>The whole answer; batches use it too.</summary>
    public JsonObject Message(SimulatedCall call, MessageRequest request, out SimulatedUsage usage)
    {
        var content = new JsonArray();
        if (request.IsThinking)
        {
            content.Add((JsonNode)new JsonObject { ["type"] = "thinking", ["thinking"] = Thought, ["signature"] = dialect.NewId(call, "Eq", 64) });
        }

        string stopReason;
        int tokens;
        if (request.Tool is { } tool)
        {
            var input = request.Arguments();
            tokens = call.Behaviour.OutputTokens ?? Tokens.Count(Json.Text(input));
            content.Add((JsonNode)new JsonObject { ["type"] = "tool_use", ["id"] = dialect.NewId(call, "toolu_01", 22), ["name"] = tool.String("name"), ["input"] = input });
            stopReason = "tool_use";
        }
        else
        {
            var reply = Reply.Create(call, request.Prompt, request.Structured, request.MaxTokens);
            tokens = reply.OutputTokens;
            content.Add((JsonNode)Decoys.In(call, new JsonObject { ["type"] = "text", ["text"] = reply.Text }));
            stopReason = call.Behaviour.Refusal is not null ? "refusal" : reply.IsTruncated ? "max_tokens" : "end_turn";
        }

        usage = _usage.Count(call, request.Prompt, call.Behaviour.OutputTokens ?? (tokens + ThoughtTokens(request)), ThoughtTokens(request));
        return new JsonObject
        {
            ["id"] = dialect.NewId(call, "msg_01", 22),
            ["type"] = "message",
            ["role"] = "assistant",
            ["model"] = request.Prompt.Model,
            ["content"] = content,
            ["stop_reason"] = call.Behaviour.FinishReason ?? stopReason,
            ["stop_sequence"] = null,
            ["stop_details"] = null,
            ["container"] = null,
            ["usage"] = MessageUsage.Write(usage),
        };
    }

    private static int ThoughtTokens(MessageRequest request) => request.IsThinking ? Tokens.Count(Thought) : 0;
}
