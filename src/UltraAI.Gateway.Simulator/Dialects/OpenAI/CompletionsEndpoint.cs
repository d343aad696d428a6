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
        var finish = call.Behaviour.FinishReason ?? (reply.IsTruncated ? "length" : "stop");
        if (!body.Flag("stream"))
        {
            var whole = Frame(call, prompt, id, reply.Text, finish);
            whole["usage"] = ChatUsage.Create(call, prompt.InputTokens, reply.OutputTokens);
            await call.Answer.JsonAsync(whole);
            return;
        }

        await call.Answer.StartAsync(Sse.ContentType);
        foreach (var piece in reply.Pieces)
        {
            await call.Answer.ChunkAsync(Sse.Data(Frame(call, prompt, id, piece, null)));
        }

        await call.Answer.ChunkAsync(Sse.Data(Frame(call, prompt, id, "", finish)));
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
