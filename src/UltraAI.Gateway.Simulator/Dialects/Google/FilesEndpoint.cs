using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Google;

/// <summary>Files and their resumable upload.</summary>
internal sealed class FilesEndpoint
{
    private const string ChunkGranularity = "262144";

    private readonly BoundedStore<StoredFile> _files = new(size: file => file.Content.Length);
    private readonly BoundedStore<StoredFile> _sessions = new(size: file => file.Content.Length);
    private long _ids;

    /// <summary>Whether the call belongs to a started upload, whose address is all the credential it needs.</summary>
    public bool IsKnownSession(SimulatedCall call) => call.Query("upload_id") is { Length: > 0 } id && _sessions.Get(id) is not null;

    public Task UploadAsync(SimulatedCall call)
    {
        var command = call.Header("X-Goog-Upload-Command");
        var session = call.Query("upload_id");
        return (session, command) switch
        {
            ({ Length: > 0 }, "query") => QueryAsync(call, FindSession(session)),
            ({ Length: > 0 }, "cancel") => CancelAsync(call, session),
            ({ Length: > 0 }, _) => AppendAsync(call, session, command),
            (_, "start") => StartAsync(call),
            _ => WholeAsync(call),
        };
    }

    public Task ListAsync(SimulatedCall call) =>
        call.Answer.JsonAsync(new JsonObject { ["files"] = Json.Array(_files.List().Select(file => file.ToJson(call.BaseAddress))) });

    public Task GetAsync(SimulatedCall call) => call.Answer.JsonAsync(Find(call).ToJson(call.BaseAddress));

    public Task DownloadAsync(SimulatedCall call)
    {
        var file = Find(call);
        return call.Answer.BytesAsync(file.Content, file.MimeType);
    }

    public Task DeleteAsync(SimulatedCall call)
    {
        _files.Remove(Find(call).Id);
        return call.Answer.JsonAsync(new JsonObject());
    }

    private Task StartAsync(SimulatedCall call)
    {
        var file = (call.TryJson() as JsonObject).Object("file");
        var type = call.Header("X-Goog-Upload-Header-Content-Type");
        var started = New(call, file.String("displayName") ?? file.String("display_name"), file.String("mimeType") ?? (type.Length > 0 ? type : "application/octet-stream"), []);
        var session = "upload-" + started.Id;
        _sessions.Set(session, started);

        var url = $"{call.BaseAddress}{call.Record.Path}?upload_id={session}&upload_protocol=resumable";
        var headers = call.Context.Response.Headers;
        headers["X-Goog-Upload-URL"] = url;
        headers["X-Goog-Upload-Control-URL"] = url;
        headers["X-Goog-Upload-Chunk-Granularity"] = ChunkGranularity;
        headers["X-GUploader-UploadID"] = session;
        SetStatus(call, "active");
        return call.Answer.BytesAsync(ReadOnlyMemory<byte>.Empty, "text/plain; charset=utf-8");
    }

    private Task AppendAsync(SimulatedCall call, string session, string command)
    {
        var file = FindSession(session);
        if (!long.TryParse(call.Header("X-Goog-Upload-Offset"), CultureInfo.InvariantCulture, out var offset) || offset != file.Length)
        {
            throw new ProviderException(400, $"The upload offset must be {file.Length}.");
        }

        file = file with { Content = [.. file.Content, .. call.Body.Span], Length = file.Length + call.Record.BodyLength };
        if (!command.Contains("finalize", StringComparison.Ordinal))
        {
            _sessions.Set(session, file);
            SetStatus(call, "active");
            return call.Answer.BytesAsync(ReadOnlyMemory<byte>.Empty, "text/plain; charset=utf-8");
        }

        _sessions.Remove(session);
        return FinishAsync(call, file);
    }

    private static Task QueryAsync(SimulatedCall call, StoredFile file)
    {
        call.Context.Response.Headers["X-Goog-Upload-Size-Received"] = file.Length.ToString(CultureInfo.InvariantCulture);
        SetStatus(call, "active");
        return call.Answer.BytesAsync(ReadOnlyMemory<byte>.Empty, "text/plain; charset=utf-8");
    }

    private Task CancelAsync(SimulatedCall call, string session)
    {
        _sessions.Remove(session);
        SetStatus(call, "cancelled");
        return call.Answer.BytesAsync(ReadOnlyMemory<byte>.Empty, "text/plain; charset=utf-8");
    }

    private Task WholeAsync(SimulatedCall call)
    {
        var file = New(call, null, call.Context.Request.ContentType ?? "application/octet-stream", call.Body.ToArray());
        return FinishAsync(call, file with { Length = call.Record.BodyLength });
    }

    private Task FinishAsync(SimulatedCall call, StoredFile file)
    {
        _files.Set(file.Id, file);
        SetStatus(call, "final");
        return call.Answer.JsonAsync(new JsonObject { ["file"] = file.ToJson(call.BaseAddress) });
    }

    private StoredFile New(SimulatedCall call, string? displayName, string mimeType, byte[] content)
    {
        var random = new SeededRandom(Fnv.Hash(call.Record.BodySha256) + (ulong)Interlocked.Increment(ref _ids));
        var id = string.Concat(Enumerable.Range(0, 12).Select(_ => "abcdefghijklmnopqrstuvwxyz0123456789"[random.Next(36)]));
        return new StoredFile(id, displayName, mimeType, content, content.Length, call.Options.TimeProvider.GetUtcNow());
    }

    private StoredFile FindSession(string session) => _sessions.Get(session) ?? throw new ProviderException(404, "Upload session was not found.");

    private StoredFile Find(SimulatedCall call) => _files.Get(call.RouteValues["id"])
        ?? throw new ProviderException(403, $"You do not have permission to access the File {call.RouteValues["id"]} or it may not exist.");

    private static void SetStatus(SimulatedCall call, string status) => call.Context.Response.Headers["X-Goog-Upload-Status"] = status;
}
