using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>/v1/responses: unary, streamed, and the stored ones.</summary>
internal sealed class ResponsesEndpoint(ProviderDialect dialect)
{
    private readonly BoundedStore<JsonObject> _stored = new();

    public async Task CreateAsync(SimulatedCall call)
    {
        var request = ResponsesRequest.Read(call);
        var response = ResponseObject.Create(call, request, dialect.NewId(call, "resp_", 48));
        var reply = Reply.Create(call, request.Prompt, request.Structured, request.Body.Int("max_output_tokens"));
        var isStream = request.Body.Flag("stream");
        var text = isStream ? reply.StreamedText : reply.Text;
        var arguments = request.Arguments();
        var item = request.Tool is { } tool
            ? ResponseObject.FunctionCall(dialect.NewId(call, "fc_", 48), dialect.NewId(call, "call_"), tool.String("name"), arguments)
            : ResponseObject.Message(dialect.NewId(call, "msg_", 48), text);
        var tokens = request.Tool is not null ? Tokens.Count(arguments) : isStream ? reply.StreamedTokens : reply.OutputTokens;
        var usage = call.Usage(new SimulatedUsage { Input = call.Behaviour.InputTokens ?? request.Prompt.InputTokens, CachedInput = call.Behaviour.CachedTokens ?? 0, Output = tokens }) with
        {
            CacheWrite5m = 0,
            CacheWrite1h = 0,
            AudioInput = 0,
            AudioOutput = 0,
            ImageOutput = 0,
        };
        call.Record.SetUsage(usage, isReported: !call.Behaviour.OmitUsage);
        Decoys.In(call, item);
        var finished = ResponseObject.Finish(call, response, request, item, usage, request.Tool is null && reply.IsTruncated);
        if (ResponseObject.IsStored(request))
        {
            _stored.Set(finished.String("id")!, finished);
        }

        if (isStream)
        {
            await new ResponseStream(call).SendAsync(response, item, reply.Pieces, finished);
        }
        else
        {
            await call.Answer.JsonAsync(finished.DeepClone());
        }
    }

    public Task GetAsync(SimulatedCall call) => call.Answer.JsonAsync(Find(call).DeepClone());

    public Task DeleteAsync(SimulatedCall call)
    {
        var id = Find(call).String("id")!;
        _stored.Remove(id);
        return call.Answer.JsonAsync(new JsonObject { ["id"] = id, ["object"] = "response", ["deleted"] = true });
    }

    private JsonObject Find(SimulatedCall call) =>
        _stored.Get(call.RouteValues["id"]) ?? throw new ProviderException(404, $"Response with id '{call.RouteValues["id"]}' not found.");
}
