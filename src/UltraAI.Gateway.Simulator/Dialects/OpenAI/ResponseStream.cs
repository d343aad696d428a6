using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>The event sequence of a streamed response.</summary>
internal sealed class ResponseStream(SimulatedCall call)
{
    private const int ArgumentPieceCharacters = 12;

    private int _sequence;

    public async Task SendAsync(JsonObject response, JsonObject item, IEnumerable<string> pieces, JsonObject finished)
    {
        await call.Answer.StartAsync(Sse.ContentType + "; charset=utf-8");
        await EventAsync("response.created", ("response", response.DeepClone()));
        await EventAsync("response.in_progress", ("response", response.DeepClone()));
        if (item.String("type") == "function_call")
        {
            await FunctionCallAsync(item);
        }
        else
        {
            await MessageAsync(item, pieces);
        }

        await EventAsync("response.output_item.done", ("output_index", 0), ("item", item.DeepClone()));
        await EventAsync(finished.String("status") == "incomplete" ? "response.incomplete" : "response.completed", ("response", finished.DeepClone()));
        await call.Answer.EndAsync();
    }

    private async Task MessageAsync(JsonObject item, IEnumerable<string> pieces)
    {
        var id = item.String("id")!;
        await EventAsync("response.output_item.added", ("output_index", 0), ("item", ResponseObject.Message(id, null, "in_progress")));
        await EventAsync("response.content_part.added", ("item_id", id), ("output_index", 0), ("content_index", 0), ("part", ResponseObject.TextPart("")));
        foreach (var piece in pieces)
        {
            await EventAsync("response.output_text.delta", ("item_id", id), ("output_index", 0), ("content_index", 0), ("delta", piece), ("logprobs", new JsonArray()));
        }

        var text = item.List("content")![0].String("text")!;
        await EventAsync("response.output_text.done", ("item_id", id), ("output_index", 0), ("content_index", 0), ("text", text), ("logprobs", new JsonArray()));
        await EventAsync("response.content_part.done", ("item_id", id), ("output_index", 0), ("content_index", 0), ("part", ResponseObject.TextPart(text)));
    }

    private async Task FunctionCallAsync(JsonObject item)
    {
        var id = item.String("id")!;
        var arguments = item.String("arguments")!;
        var opening = ResponseObject.FunctionCall(id, item.String("call_id")!, item.String("name"), "", "in_progress");
        await EventAsync("response.output_item.added", ("output_index", 0), ("item", opening));
        foreach (var piece in arguments.Chunk(ArgumentPieceCharacters))
        {
            await EventAsync("response.function_call_arguments.delta", ("item_id", id), ("output_index", 0), ("delta", new string(piece)));
        }

        await EventAsync("response.function_call_arguments.done", ("item_id", id), ("output_index", 0), ("name", item.String("name")), ("arguments", arguments));
    }

    private Task EventAsync(string type, params (string Name, JsonNode? Value)[] fields)
    {
        var data = new JsonObject { ["type"] = type, ["sequence_number"] = _sequence++ };
        foreach (var (name, value) in fields)
        {
            data[name] = value;
        }

        return call.Answer.ChunkAsync(Sse.Event(type, data));
    }
}
