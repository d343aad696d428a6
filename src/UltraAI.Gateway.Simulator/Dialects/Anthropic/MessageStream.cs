using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Anthropic;

/// <summary>The event sequence of a streamed message.</summary>
internal sealed class MessageStream(SimulatedCall call)
{
    private const int ArgumentPieceCharacters = 12;

    public async Task SendAsync(JsonObject message, IEnumerable<string> pieces, long outputTokens)
    {
        await call.Answer.StartAsync(Sse.ContentType + "; charset=utf-8");
        await EventAsync("message_start", ("message", Opening(message)));
        var blocks = message.List("content")!;
        for (var index = 0; index < blocks.Count; index++)
        {
            await BlockAsync(index, (JsonObject)blocks[index]!, pieces);
        }

        var usage = (JsonObject)message["usage"]!.DeepClone();
        usage["output_tokens"] = outputTokens;
        usage.Remove("service_tier");
        usage.Remove("cache_creation");
        var delta = new JsonObject { ["stop_reason"] = message.String("stop_reason"), ["stop_sequence"] = null, ["stop_details"] = null, ["container"] = null };
        await (call.Behaviour.OmitUsage ? EventAsync("message_delta", ("delta", delta)) : EventAsync("message_delta", ("delta", delta), ("usage", usage)));
        await EventAsync("message_stop");
        await call.Answer.EndAsync();
    }

    private async Task BlockAsync(int index, JsonObject block, IEnumerable<string> pieces)
    {
        var opening = (JsonObject)block.DeepClone();
        switch (block.String("type"))
        {
            case "thinking":
                opening["thinking"] = "";
                opening["signature"] = "";
                await StartAsync(index, opening);
                foreach (var piece in TextPieces.Cut(block.String("thinking")!, count: null))
                {
                    await DeltaAsync(index, "thinking_delta", "thinking", piece);
                }

                await DeltaAsync(index, "signature_delta", "signature", block.String("signature")!);
                break;
            case "tool_use":
                opening["input"] = new JsonObject();
                await StartAsync(index, opening);
                await DeltaAsync(index, "input_json_delta", "partial_json", "");
                foreach (var piece in Json.Text(block["input"]!).Chunk(ArgumentPieceCharacters))
                {
                    await DeltaAsync(index, "input_json_delta", "partial_json", new string(piece));
                }

                break;
            default:
                opening["text"] = "";
                await StartAsync(index, opening);
                foreach (var piece in pieces)
                {
                    await DeltaAsync(index, "text_delta", "text", piece);
                }

                break;
        }

        await EventAsync("content_block_stop", ("index", index));
    }

    private async Task StartAsync(int index, JsonObject block)
    {
        await EventAsync("content_block_start", ("index", index), ("content_block", block));
        if (index == 0)
        {
            await EventAsync("ping");
        }
    }

    private Task DeltaAsync(int index, string type, string name, string value) =>
        EventAsync("content_block_delta", ("index", index), ("delta", Decoys.In(call, new JsonObject { ["type"] = type, [name] = value })));

    private Task EventAsync(string type, params (string Name, JsonNode? Value)[] fields)
    {
        var data = new JsonObject { ["type"] = type };
        foreach (var (name, value) in fields)
        {
            data[name] = value;
        }

        return call.Answer.ChunkAsync(Sse.Event(type, data));
    }

    private static JsonObject Opening(JsonObject message)
    {
        var opening = (JsonObject)message.DeepClone();
        opening["content"] = new JsonArray();
        opening["stop_reason"] = null;
        opening["usage"]!["output_tokens"] = 1;
        opening["usage"]!["output_tokens_details"] = null;
        return opening;
    }
}
