using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Google;

/// <summary>A streamed answer: server-sent events with <c>alt=sse</c>, else one JSON array that grows.</summary>
internal sealed class GenerateStream(SimulatedCall call, string id, string model)
{
    private readonly bool _isSse = call.Query("alt") == "sse";
    private bool _hasBegun;

    public static JsonObject Frame(JsonArray candidates, JsonObject? usage, string model, string id)
    {
        var frame = new JsonObject { ["candidates"] = candidates };
        if (usage is not null)
        {
            frame["usageMetadata"] = usage;
        }

        frame["modelVersion"] = model;
        frame["responseId"] = id;
        return frame;
    }

    public Task StartAsync() => call.Answer.StartAsync(_isSse ? Sse.ContentType : "application/json; charset=UTF-8");

    public Task SendAsync(JsonObject candidate, JsonObject? usage)
    {
        var frame = Json.Bytes(Frame(Json.Array(candidate), usage, model, id));
        if (_isSse)
        {
            return call.Answer.ChunkAsync((byte[])[.. "data: "u8, .. frame, .. "\r\n\r\n"u8]);
        }

        var separator = _hasBegun ? ",\r\n"u8 : "["u8;
        byte[] chunk = [.. separator, .. frame];
        _hasBegun = true;
        return call.Answer.ChunkAsync(chunk);
    }

    public async Task EndAsync()
    {
        if (!_isSse)
        {
            await call.Answer.ChunkAsync("]"u8.ToArray());
        }

        await call.Answer.EndAsync();
    }
}
