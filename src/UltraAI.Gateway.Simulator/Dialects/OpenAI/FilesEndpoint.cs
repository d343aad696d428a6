using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>/v1/files: kept in memory, the oldest go first.</summary>
internal sealed class FilesEndpoint(ProviderDialect dialect)
{
    private readonly BoundedStore<StoredFile> _files = new(size: file => file.Content.Length);

    public Task UploadAsync(SimulatedCall call)
    {
        var parts = MultipartBody.Parse(call);
        var file = parts.FirstOrDefault(part => part.Name == "file") ?? throw new ProviderException(400, "'file' is a required property");
        var purpose = parts.FirstOrDefault(part => part.Name == "purpose")?.Text ?? throw new ProviderException(400, "'purpose' is a required property");
        return call.Answer.JsonAsync(Add(call, file.FileName ?? "upload", purpose, file.Content, file.Length).ToJson());
    }

    public Task ListAsync(SimulatedCall call)
    {
        var files = _files.List();
        return call.Answer.JsonAsync(new JsonObject
        {
            ["object"] = "list",
            ["data"] = Json.Array(files.Select(file => file.ToJson())),
            ["has_more"] = false,
            ["first_id"] = files.Count > 0 ? files[0].Id : null,
            ["last_id"] = files.Count > 0 ? files[^1].Id : null,
        });
    }

    public Task GetAsync(SimulatedCall call) => call.Answer.JsonAsync(Find(call.RouteValues["id"]).ToJson());

    public Task ContentAsync(SimulatedCall call)
    {
        var file = Find(call.RouteValues["id"]);
        call.Context.Response.Headers.ContentDisposition = $"attachment; filename=\"{file.FileName}\"";
        return call.Answer.BytesAsync(file.Content, "application/octet-stream");
    }

    public Task DeleteAsync(SimulatedCall call)
    {
        var file = Find(call.RouteValues["id"]);
        _files.Remove(file.Id);
        return call.Answer.JsonAsync(new JsonObject { ["object"] = "file", ["deleted"] = true, ["id"] = file.Id });
    }

    public StoredFile Find(string id) => _files.Get(id) ?? throw new ProviderException(404, $"No such File object: {id}", parameter: "id");

    public StoredFile Add(SimulatedCall call, string fileName, string purpose, byte[] content, long? length = null)
    {
        var file = new StoredFile(dialect.NewId(call, "file-"), fileName, purpose, content, length ?? content.Length, call.UnixTime);
        _files.Set(file.Id, file);
        return file;
    }
}
