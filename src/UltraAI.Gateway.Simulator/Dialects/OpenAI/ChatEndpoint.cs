using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>POST /v1/chat/completions, as OpenAI and those who imitate it answer it.</summary>
internal sealed class ChatEndpoint(ProviderDialect dialect, string idPrefix)
{
    private const int ArgumentPieceCharacters = 12;

    public Task HandleAsync(SimulatedCall call)
    {
        var request = ChatRequest.Read(call, call.JsonBody());
        if (request.IsStream)
        {
            return StreamAsync(call, request);
        }

        var completion = Completion(call, request, out var usage);
        call.Record.SetUsage(usage, isReported: !call.Behaviour.OmitUsage);
        return call.Answer.JsonAsync(completion);
    }

    /// <summary>The whole answer; batches use it too.</summary>
    public JsonObject Completion(SimulatedCall call, ChatRequest request, out SimulatedUsage usage)
    {
        var choices = new JsonArray();
        var outputTokens = 0;
        for (var index = 0; index < request.Choices; index++)
        {
            var message = new JsonObject { ["role"] = "assistant", ["content"] = null, ["refusal"] = null, ["annotations"] = new JsonArray() };
            string finish;
            if (request.Tool is not null)
            {
                var arguments = request.Arguments();
                message["tool_calls"] = Json.Array(ToolCall(call, request, arguments));
                outputTokens += Tokens.Count(arguments);
                finish = "tool_calls";
            }
            else
            {
                var reply = Reply.Create(call, request.Prompt, request.Structured, request.MaxTokens, index);
                message["content"] = call.Behaviour.Refusal is null ? reply.Text : null;
                message["refusal"] = call.Behaviour.Refusal;
                outputTokens += reply.OutputTokens;
                finish = reply.IsTruncated ? "length" : "stop";
            }

            choices.Add((JsonNode)new JsonObject
            {
                ["index"] = index,
                ["message"] = Decoys.In(call, message),
                ["logprobs"] = null,
                ["finish_reason"] = call.Behaviour.FinishReason ?? finish,
            });
        }

        var completion = Frame(call, request, "chat.completion", dialect.NewId(call, idPrefix, 29));
        completion["choices"] = choices;
        usage = ChatUsage.Count(call, request.Prompt.InputTokens, outputTokens);
        if (!call.Behaviour.OmitUsage)
        {
            completion["usage"] = ChatUsage.Write(usage);
        }

        completion["service_tier"] = "default";
        return completion;
    }

    private async Task StreamAsync(SimulatedCall call, ChatRequest request)
    {
        var id = dialect.NewId(call, idPrefix, 29);
        var outputTokens = 0;
        await call.Answer.StartAsync(Sse.ContentType + "; charset=utf-8");
        for (var index = 0; index < request.Choices; index++)
        {
            await SendAsync(call, request, id, index, new JsonObject { ["role"] = "assistant", ["content"] = request.Tool is null ? "" : null, ["refusal"] = null });
            string finish;
            if (request.Tool is not null)
            {
                outputTokens += await StreamToolCallAsync(call, request, id, index);
                finish = "tool_calls";
            }
            else
            {
                var reply = Reply.Create(call, request.Prompt, request.Structured, request.MaxTokens, index);
                var refusal = call.Behaviour.Refusal;
                foreach (var piece in refusal is null ? reply.Pieces : TextPieces.Cut(refusal, call.Behaviour.Chunks))
                {
                    await SendAsync(call, request, id, index, new JsonObject { [refusal is null ? "content" : "refusal"] = piece });
                }

                outputTokens += reply.StreamedTokens;
                finish = reply.IsTruncated ? "length" : "stop";
            }

            await SendAsync(call, request, id, index, [], call.Behaviour.FinishReason ?? finish);
        }

        var usage = ChatUsage.Count(call, request.Prompt.InputTokens, outputTokens);
        var isReported = request.IncludesUsage && !call.Behaviour.OmitUsage;
        call.Record.SetUsage(usage, isReported);
        if (isReported)
        {
            var last = Frame(call, request, "chat.completion.chunk", id);
            last["choices"] = new JsonArray();
            last["usage"] = ChatUsage.Write(usage);
            await call.Answer.ChunkAsync(Sse.Data(last));
        }

        await call.Answer.ChunkAsync(Sse.Done);
        await call.Answer.EndAsync();
    }

    private async Task<int> StreamToolCallAsync(SimulatedCall call, ChatRequest request, string id, int index)
    {
        var arguments = request.Arguments();
        var opening = ToolCall(call, request, "");
        opening["index"] = 0;
        await SendAsync(call, request, id, index, new JsonObject { ["tool_calls"] = Json.Array(opening) });
        foreach (var piece in arguments.Chunk(ArgumentPieceCharacters))
        {
            var delta = new JsonObject { ["index"] = 0, ["function"] = new JsonObject { ["arguments"] = new string(piece) } };
            await SendAsync(call, request, id, index, new JsonObject { ["tool_calls"] = Json.Array(delta) });
        }

        return Tokens.Count(arguments);
    }

    private static Task SendAsync(SimulatedCall call, ChatRequest request, string id, int index, JsonObject delta, string? finish = null)
    {
        var chunk = Frame(call, request, "chat.completion.chunk", id);
        chunk["choices"] = Json.Array(new JsonObject { ["index"] = index, ["delta"] = Decoys.In(call, delta), ["logprobs"] = null, ["finish_reason"] = finish });
        if (request.IncludesUsage)
        {
            chunk["usage"] = null;
        }

        return call.Answer.ChunkAsync(Sse.Data(chunk));
    }

    private JsonObject ToolCall(SimulatedCall call, ChatRequest request, string arguments) => new()
    {
        ["id"] = dialect.NewId(call, "call_"),
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = request.Tool.String("name"), ["arguments"] = arguments },
    };

    private static JsonObject Frame(SimulatedCall call, ChatRequest request, string kind, string id) => new()
    {
        ["id"] = id,
        ["object"] = kind,
        ["created"] = call.UnixTime,
        ["model"] = request.Prompt.Model,
        ["system_fingerprint"] = "fp_5f20662549",
    };
}
