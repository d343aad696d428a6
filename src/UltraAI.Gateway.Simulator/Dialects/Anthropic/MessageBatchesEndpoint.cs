using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Anthropic;

/// <summary>/v1/messages/batches: in progress when created, ended when looked at.</summary>
internal sealed class MessageBatchesEndpoint(ProviderDialect dialect, MessagesEndpoint messages)
{
    private readonly BoundedStore<Batch> _batches = new();

    public Task CreateAsync(SimulatedCall call)
    {
        var requests = call.JsonBody().List("requests") ?? throw new ProviderException(400, "requests: Field required");
        var results = requests.Select(request => Result(call, request)).ToList();
        var batch = new Batch(dialect.NewId(call, "msgbatch_01", 22), call.UtcTime, results, "in_progress");
        _batches.Set(batch.Id, batch);
        return call.Answer.JsonAsync(ToJson(call, batch));
    }

    public Task ListAsync(SimulatedCall call)
    {
        var batches = _batches.List();
        return call.Answer.JsonAsync(new JsonObject
        {
            ["data"] = Json.Array(batches.Select(batch => ToJson(call, batch))),
            ["has_more"] = false,
            ["first_id"] = batches.Count > 0 ? batches[0].Id : null,
            ["last_id"] = batches.Count > 0 ? batches[^1].Id : null,
        });
    }

    public Task GetAsync(SimulatedCall call) => call.Answer.JsonAsync(ToJson(call, Keep(Find(call) with { Status = "ended" })));

    public Task CancelAsync(SimulatedCall call) => call.Answer.JsonAsync(ToJson(call, Keep(Find(call) with { Status = "canceling" })));

    public Task DeleteAsync(SimulatedCall call)
    {
        var batch = Find(call);
        _batches.Remove(batch.Id);
        return call.Answer.JsonAsync(new JsonObject { ["id"] = batch.Id, ["type"] = "message_batch_deleted" });
    }

    public async Task ResultsAsync(SimulatedCall call)
    {
        await call.Answer.StartAsync("application/x-jsonl");
        foreach (var result in Find(call).Results)
        {
            await call.Answer.ChunkAsync((byte[])[.. Json.Bytes(result), (byte)'\n']);
        }

        await call.Answer.EndAsync();
    }

    private JsonObject Result(SimulatedCall call, JsonNode? request)
    {
        var body = request.Object("params") ?? throw new ProviderException(400, "requests.0.params: Field required");
        var message = messages.Message(call, MessageRequest.Read(call, body), out _);
        return new JsonObject
        {
            ["custom_id"] = request.String("custom_id"),
            ["result"] = new JsonObject { ["type"] = "succeeded", ["message"] = message },
        };
    }

    private Batch Find(SimulatedCall call) => _batches.Get(call.RouteValues["id"]) ?? throw new ProviderException(404, "Batch not found");

    private Batch Keep(Batch batch)
    {
        _batches.Set(batch.Id, batch);
        return batch;
    }

    private static JsonObject ToJson(SimulatedCall call, Batch batch)
    {
        var hasEnded = batch.Status == "ended";
        return new JsonObject
        {
            ["id"] = batch.Id,
            ["type"] = "message_batch",
            ["processing_status"] = batch.Status,
            ["request_counts"] = new JsonObject
            {
                ["processing"] = hasEnded ? 0 : batch.Results.Count,
                ["succeeded"] = hasEnded ? batch.Results.Count : 0,
                ["errored"] = 0,
                ["canceled"] = 0,
                ["expired"] = 0,
            },
            ["ended_at"] = hasEnded ? call.UtcTime : null,
            ["created_at"] = batch.CreatedAt,
            ["expires_at"] = call.Options.TimeProvider.GetUtcNow().AddDays(1).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
            ["archived_at"] = null,
            ["cancel_initiated_at"] = batch.Status == "canceling" ? call.UtcTime : null,
            ["results_url"] = hasEnded ? $"{call.BaseAddress}/v1/messages/batches/{batch.Id}/results" : null,
        };
    }

    private sealed record Batch(string Id, string CreatedAt, IReadOnlyList<JsonObject> Results, string Status);
}
