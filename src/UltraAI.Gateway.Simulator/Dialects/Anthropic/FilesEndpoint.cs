using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Anthropic;

/// <summary>/v1/files, Anthropic's beta: kept in memory, the oldest go first.</summary>
internal sealed class FilesEndpoint(ProviderDialect dialect)
{
    private readonly BoundedStore<StoredFile> _files = new(size: file => file.Content.Length);

    public Task UploadAsync(SimulatedCall call)
    {
        var part = MultipartBody.Parse(call).FirstOrDefault(part => part.Name == "file") ?? throw new ProviderException(400, "file: Field required");
        var file = new StoredFile(dialect.NewId(call, "file_011C"), part.FileName ?? "upload", part.ContentType ?? "application/octet-stream", part.Content, part.Length, call.UtcTime);
        _files.Set(file.Id, file);
        return call.Answer.JsonAsync(file.ToJson());
    }

    public Task ListAsync(SimulatedCall call)
    {
        var files = _files.List();
        return call.Answer.JsonAsync(new JsonObject
        {
            ["data"] = Json.Array(files.Select(file => file.ToJson())),
            ["has_more"] = false,
            ["first_id"] = files.Count > 0 ? files[0].Id : null,
            ["last_id"] = files.Count > 0 ? files[^1].Id : null,
        });
    }

    public Task GetAsync(SimulatedCall call) => call.Answer.JsonAsync(Find(call).ToJson());

    public Task ContentAsync(SimulatedCall call)
    {
        var file = Find(call);
        return call.Answer.BytesAsync(file.Content, file.MimeType);
    }

    public Task DeleteAsync(SimulatedCall call)
    {
        var file = Find(call);
        _files.Remove(file.Id);
        return call.Answer.JsonAsync(new JsonObject { ["id"] = file.Id, ["type"] = "file_deleted" });
    }

    private StoredFile Find(SimulatedCall call) =>
        _files.Get(call.RouteValues["id"]) ?? throw new ProviderException(404, $"File not found: {call.RouteValues["id"]}");

    private sealed record StoredFile(string Id, string FileName, string MimeType, byte[] Content, long Length, string CreatedAt)
    {
        public JsonObject ToJson() => new()
        {
            ["type"] = "file",
            ["id"] = Id,
            ["filename"] = FileName,
            ["mime_type"] = MimeType,
            ["size_bytes"] = Length,
            ["created_at"] = CreatedAt,
            ["downloadable"] = true,
        };
    }
}
