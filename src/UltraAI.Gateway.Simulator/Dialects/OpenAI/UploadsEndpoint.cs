using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>/v1/uploads: a file in several parts.</summary>
internal sealed class UploadsEndpoint(ProviderDialect dialect, FilesEndpoint files)
{
    private const long LifetimeSeconds = 3600;

    private readonly BoundedStore<Upload> _uploads = new();
    private readonly BoundedStore<MultipartPart> _parts = new(size: part => part.Content.Length);

    public Task CreateAsync(SimulatedCall call)
    {
        var body = call.JsonBody();
        var fileName = body.String("filename") ?? throw new ProviderException(400, "Missing required parameter: 'filename'.", "missing_required_parameter", "filename");
        var upload = new Upload(dialect.NewId(call, "upload_"), fileName, body.String("purpose") ?? "user_data", body.Int("bytes") ?? 0, call.UnixTime, "pending", null);
        _uploads.Set(upload.Id, upload);
        return call.Answer.JsonAsync(upload.ToJson());
    }

    public Task AddPartAsync(SimulatedCall call)
    {
        var upload = Find(call);
        var data = MultipartBody.Parse(call).FirstOrDefault(part => part.Name == "data") ?? throw new ProviderException(400, "'data' is a required property");
        var id = dialect.NewId(call, "part_");
        _parts.Set(id, data);
        return call.Answer.JsonAsync(new JsonObject { ["id"] = id, ["object"] = "upload.part", ["created_at"] = call.UnixTime, ["upload_id"] = upload.Id });
    }

    public Task CompleteAsync(SimulatedCall call)
    {
        var upload = Find(call);
        var ids = (call.JsonBody().List("part_ids") ?? []).Select(id => id.AsText() ?? "");
        var parts = ids.Select(id => _parts.Get(id) ?? throw new ProviderException(400, $"Part '{id}' was not found.", parameter: "part_ids")).ToList();
        var file = files.Add(call, upload.FileName, upload.Purpose, [.. parts.SelectMany(part => part.Content)], parts.Sum(part => part.Length));
        var completed = upload with { Status = "completed", File = file };
        _uploads.Set(upload.Id, completed);
        return call.Answer.JsonAsync(completed.ToJson());
    }

    public Task CancelAsync(SimulatedCall call)
    {
        var cancelled = Find(call) with { Status = "cancelled" };
        _uploads.Set(cancelled.Id, cancelled);
        return call.Answer.JsonAsync(cancelled.ToJson());
    }

    private Upload Find(SimulatedCall call) =>
        _uploads.Get(call.RouteValues["id"]) ?? throw new ProviderException(404, $"No such Upload object: {call.RouteValues["id"]}", parameter: "id");

    private sealed record Upload(string Id, string FileName, string Purpose, long Bytes, long CreatedAt, string Status, StoredFile? File)
    {
        public JsonObject ToJson() => new()
        {
            ["id"] = Id,
            ["object"] = "upload",
            ["bytes"] = Bytes,
            ["created_at"] = CreatedAt,
            ["filename"] = FileName,
            ["purpose"] = Purpose,
            ["status"] = Status,
            ["expires_at"] = CreatedAt + LifetimeSeconds,
            ["file"] = File?.ToJson(),
        };
    }
}
