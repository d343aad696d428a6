using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>The events of one realtime session. A client that asks for the beta gets the beta's names.</summary>
internal sealed class RealtimeConversation(ProviderDialect dialect, SimulatedCall call, WebSocketSession socket, string model)
{
    private const int MostTurns = 1000;

    private readonly bool _isBeta = call.Header("OpenAI-Beta").Contains("realtime=v1", StringComparison.Ordinal);
    private readonly Queue<JsonObject> _items = new();
    private JsonObject _session = [];

    private string ItemAdded => _isBeta ? "conversation.item.created" : "conversation.item.added";

    private string TextEvent => _isBeta ? "response.text" : "response.output_text";

    public Task StartAsync()
    {
        _session = new JsonObject
        {
            ["type"] = "realtime",
            ["object"] = "realtime.session",
            ["id"] = dialect.NewId(call, "sess_"),
            ["model"] = model,
            ["output_modalities"] = Json.Array(JsonValue.Create("text")),
            ["instructions"] = "",
            ["tools"] = new JsonArray(),
            ["tool_choice"] = "auto",
            ["max_output_tokens"] = "inf",
            ["expires_at"] = call.UnixTime + 3600,
        };
        return SendAsync("session.created", ("session", _session.DeepClone()));
    }

    public Task HandleAsync(JsonObject? message) => message.String("type") switch
    {
        "session.update" => UpdateAsync(message.Object("session") ?? []),
        "conversation.item.create" => AddAsync(message.Object("item") ?? []),
        "response.create" => RespondAsync(),
        "response.cancel" or "input_audio_buffer.append" or "input_audio_buffer.commit" or "input_audio_buffer.clear" => Task.CompletedTask,
        { } unknown => SendErrorAsync($"Invalid value: '{unknown}'.", "invalid_value", message.String("event_id")),
        null => SendErrorAsync("We could not parse the message as a JSON event with a type.", "invalid_json", null),
    };

    private Task UpdateAsync(JsonObject changes)
    {
        foreach (var (name, value) in changes)
        {
            _session[name] = value?.DeepClone();
        }

        return SendAsync("session.updated", ("session", _session.DeepClone()));
    }

    private async Task AddAsync(JsonObject given)
    {
        var item = (JsonObject)given.DeepClone();
        item["id"] ??= dialect.NewId(call, "item_", 21);
        item["object"] = "realtime.item";
        item["status"] = "completed";
        var previous = _items.LastOrDefault().String("id");
        Keep(item);
        await SendAsync(ItemAdded, ("previous_item_id", previous), ("item", item.DeepClone()));
        if (!_isBeta)
        {
            await SendAsync("conversation.item.done", ("previous_item_id", previous), ("item", item.DeepClone()));
        }
    }

    private async Task RespondAsync()
    {
        var prompt = new Prompt(model);
        foreach (var turn in _items)
        {
            prompt.AddTurn(turn.String("role") == "user", turn["content"]);
        }

        var reply = Reply.Create(call, prompt, structured: null, maxTokens: null);
        var responseId = dialect.NewId(call, "resp_", 21);
        var item = Item(dialect.NewId(call, "item_", 21), null, "in_progress");
        var itemId = item.String("id");
        await SendAsync("response.created", ("response", Response(responseId, "in_progress")));
        await SendAsync("response.output_item.added", ("response_id", responseId), ("output_index", 0), ("item", item.DeepClone()));
        await SendAsync(ItemAdded, ("previous_item_id", _items.LastOrDefault().String("id")), ("item", item));
        await PartAsync("response.content_part.added", ("part", Text("")));
        foreach (var piece in reply.Pieces)
        {
            await PartAsync(TextEvent + ".delta", ("delta", piece));
        }

        await PartAsync(TextEvent + ".done", ("text", reply.StreamedText));
        await PartAsync("response.content_part.done", ("part", Text(reply.StreamedText)));
        var done = Item(itemId!, reply.StreamedText, "completed");
        Keep(done);
        await SendAsync("response.output_item.done", ("response_id", responseId), ("output_index", 0), ("item", done.DeepClone()));
        var response = Response(responseId, "completed");
        response["output"] = Json.Array(done.DeepClone());
        response["usage"] = Usage(prompt.InputTokens, reply.StreamedTokens);
        await SendAsync("response.done", ("response", response));

        Task PartAsync(string type, (string Name, JsonNode? Value) field) =>
            SendAsync(type, ("response_id", responseId), ("item_id", itemId), ("output_index", 0), ("content_index", 0), field);
    }

    private void Keep(JsonObject item)
    {
        _items.Enqueue(item);
        if (_items.Count > MostTurns)
        {
            _items.Dequeue();
        }
    }

    private static JsonObject Response(string id, string status) => new()
    {
        ["object"] = "realtime.response",
        ["id"] = id,
        ["status"] = status,
        ["status_details"] = null,
        ["output"] = new JsonArray(),
        ["output_modalities"] = Json.Array(JsonValue.Create("text")),
        ["usage"] = null,
        ["metadata"] = null,
    };

    private JsonObject Usage(int counted, int output)
    {
        var input = call.Behaviour.InputTokens ?? counted;
        return new JsonObject
        {
            ["total_tokens"] = input + output,
            ["input_tokens"] = input,
            ["output_tokens"] = output,
            ["input_token_details"] = new JsonObject { ["text_tokens"] = input, ["audio_tokens"] = 0, ["image_tokens"] = 0, ["cached_tokens"] = call.Behaviour.CachedTokens ?? 0 },
            ["output_token_details"] = new JsonObject { ["text_tokens"] = output, ["audio_tokens"] = 0 },
        };
    }

    private JsonObject Text(string text) => new() { ["type"] = _isBeta ? "text" : "output_text", ["text"] = text };

    private JsonObject Item(string id, string? text, string status) => new()
    {
        ["id"] = id,
        ["object"] = "realtime.item",
        ["type"] = "message",
        ["status"] = status,
        ["role"] = "assistant",
        ["content"] = text is null ? [] : Json.Array(Text(text)),
    };

    private Task SendErrorAsync(string message, string code, string? eventId) => SendAsync("error", ("error", new JsonObject
    {
        ["type"] = "invalid_request_error",
        ["code"] = code,
        ["message"] = message,
        ["param"] = null,
        ["event_id"] = eventId,
    }));

    private Task SendAsync(string type, params (string Name, JsonNode? Value)[] fields)
    {
        var data = new JsonObject { ["type"] = type, ["event_id"] = dialect.NewId(call, "event_", 21) };
        foreach (var (name, value) in fields)
        {
            data[name] = value;
        }

        return socket.SendAsync(data);
    }
}
