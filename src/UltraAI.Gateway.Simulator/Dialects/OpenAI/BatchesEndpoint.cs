using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>/v1/batches: validating when created, completed when looked at.</summary>
internal sealed class BatchesEndpoint(ProviderDialect dialect, FilesEndpoint files)
{
    private const long LifetimeSeconds = 24 * 3600;

    private readonly BoundedStore<JsonObject> _batches = new();
    private readonly ChatEndpoint _chat = new(dialect, "chatcmpl-");

    public Task CreateAsync(SimulatedCall call)
    {
        var body = call.JsonBody();
        var input = files.Find(body.String("input_file_id") ?? throw new ProviderException(400, "Missing required parameter: 'input_file_id'.", "missing_required_parameter", "input_file_id"));
        var batch = new JsonObject
        {
            ["id"] = dialect.NewId(call, "batch_"),
            ["object"] = "batch",
            ["endpoint"] = body.String("endpoint") ?? "/v1/chat/completions",
            ["errors"] = null,
            ["input_file_id"] = input.Id,
            ["completion_window"] = body.String("completion_window") ?? "24h",
            ["status"] = "validating",
            ["output_file_id"] = null,
            ["error_file_id"] = null,
            ["created_at"] = call.UnixTime,
            ["in_progress_at"] = null,
            ["expires_at"] = call.UnixTime + LifetimeSeconds,
            ["finalizing_at"] = null,
            ["completed_at"] = null,
            ["failed_at"] = null,
            ["expired_at"] = null,
            ["cancelling_at"] = null,
            ["cancelled_at"] = null,
            ["request_counts"] = new JsonObject { ["total"] = 0, ["completed"] = 0, ["failed"] = 0 },
            ["metadata"] = body["metadata"]?.DeepClone(),
        };
        _batches.Set(batch.String("id")!, batch);
        return call.Answer.JsonAsync(batch);
    }

    public Task ListAsync(SimulatedCall call) => call.Answer.JsonAsync(new JsonObject
    {
        ["object"] = "list",
        ["data"] = Json.Array(_batches.List().Select(batch => batch.DeepClone())),
        ["has_more"] = false,
    });

    public Task GetAsync(SimulatedCall call)
    {
        var batch = Find(call);
        if (batch.String("status") == "validating")
        {
            batch = Run(call, batch);
        }
        else if (batch.String("status") == "cancelling")
        {
            batch = Change(batch, ("status", "cancelled"), ("cancelled_at", call.UnixTime));
        }

        return call.Answer.JsonAsync(batch);
    }

    public Task CancelAsync(SimulatedCall call) =>
        call.Answer.JsonAsync(Change(Find(call), ("status", "cancelling"), ("cancelling_at", call.UnixTime)));

    private JsonObject Run(SimulatedCall call, JsonObject batch)
    {
        var input = files.Find(batch.String("input_file_id")!);
        var results = Encoding.UTF8.GetString(input.Content)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => Result(call, line))
            .ToList();
        var output = files.Add(call, $"{batch.String("id")}_output.jsonl", "batch_output", Encoding.UTF8.GetBytes(string.Concat(results.Select(result => Json.Text(result) + "\n"))));
        return Change(
            batch,
            ("status", "completed"),
            ("output_file_id", output.Id),
            ("in_progress_at", call.UnixTime),
            ("completed_at", call.UnixTime),
            ("request_counts", new JsonObject { ["total"] = results.Count, ["completed"] = results.Count, ["failed"] = 0 }));
    }

    private JsonObject Result(SimulatedCall call, string line)
    {
        JsonObject? request = null;
        JsonObject answer;
        var status = 200;
        try
        {
            request = JsonNode.Parse(line) as JsonObject;
            answer = _chat.Completion(call, ChatRequest.Read(call, request.Object("body") ?? []), out _);
        }
        catch (Exception exception) when (exception is JsonException or ProviderException)
        {
            status = 400;
            answer = new JsonObject { ["error"] = new JsonObject { ["message"] = exception.Message, ["type"] = "invalid_request_error", ["param"] = null, ["code"] = null } };
        }

        return new JsonObject
        {
            ["id"] = dialect.NewId(call, "batch_req_"),
            ["custom_id"] = request.String("custom_id"),
            ["response"] = new JsonObject { ["status_code"] = status, ["request_id"] = dialect.NewHexId(call), ["body"] = answer },
            ["error"] = null,
        };
    }

    private JsonObject Find(SimulatedCall call) =>
        _batches.Get(call.RouteValues["id"]) ?? throw new ProviderException(404, $"No batch found with id '{call.RouteValues["id"]}'.");

    private JsonObject Change(JsonObject batch, params (string Name, JsonNode? Value)[] changes)
    {
        var changed = (JsonObject)batch.DeepClone();
        foreach (var (name, value) in changes)
        {
            changed[name] = value;
        }

        _batches.Set(changed.String("id")!, changed);
        return changed;
    }
}
