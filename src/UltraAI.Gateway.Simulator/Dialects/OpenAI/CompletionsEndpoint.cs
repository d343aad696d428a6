using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>POST /v1/completions, the older form without messages.</summary>
internal sealed class CompletionsEndpoint(ProviderDialect dialect)
{
    private const int DefaultMaxTokens = 64;

    public async Task HandleAsync(SimulatedCall call)
    {
        var body = call.JsonBody();
        var prompt = new Prompt(body.String("model") ?? throw new ProviderException(400, "you must provide a model parameter"));
        prompt.AddTurn(isUser: true, body["prompt"]);
        var reply = Reply.Create(call, prompt, structured: null, body.Int("max_tokens") ?? DefaultMaxTokens);
        var id = dialect.NewId(call, "cmpl-", 29);
        var usage = ChatUsage.Count(call, prompt.InputTokens, body.Flag("stream") ? reply.StreamedTokens : reply.OutputTokens);
        var isReported = !call.Behaviour.OmitUsage && (!body.Flag("stream") || body.Object("stream_options").Flag("include_usage"));
        call.Record.SetUsage(usage, isReported);
        var finish = call.Behaviour.FinishReason ?? (reply.IsTruncated ? "length" : "stop");
        if (!body.Flag("stream"))
        {
            var whole = Frame(call, prompt, id, reply.Text, finish);
            if (isReported)
            {
                whole["usage"] = ChatUsage.Write(usage);
            }

            await call.Answer.JsonAsync(whole);
            return;
        }

        await call.Answer.StartAsync(Sse.ContentType);
        foreach (var piece in reply.Pieces)
        {
            await call.Answer.ChunkAsync(Sse.Data(Frame(call, prompt, id, piece, null)));
        }

        await call.Answer.ChunkAsync(Sse.Data(Frame(call, prompt, id, "", finish)));
        if (isReported)
        {
            var last = Frame(call, prompt, id, "", null);
            last["choices"] = new JsonArray();
            last["usage"] = ChatUsage.Write(usage);
            await call.Answer.ChunkAsync(Sse.Data(last));
        }

        await call.Answer.ChunkAsync(Sse.Done);
        await call.Answer.EndAsync();
    }

    private static JsonObject Frame(SimulatedCall call, Prompt prompt, string id, string text, string? finish) => new()
    {
        ["id"] = id,
        ["object"] = "text_completion",
        ["created"] = call.UnixTime,
        ["model"] = prompt.Model,
        ["choices"] = Json.Array(new JsonObject { ["index"] = 0, ["text"] = text, ["logprobs"] = null, ["finish_reason"] = finish }),
    };
}
