using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Anthropic;

/// <summary>A request to /v1/messages, read.</summary>
internal sealed class MessageRequest
{
    private MessageRequest(JsonObject body, Prompt prompt)
    {
        Body = body;
        Prompt = prompt;
    }

    public JsonObject Body { get; }

    public Prompt Prompt { get; }

    public int? MaxTokens => Body.Int("max_tokens");

    public bool IsThinking => Body.Object("thinking").String("type") is "enabled" or "adaptive";

    public JsonObject? Tool { get; private init; }

    public string? Structured { get; private init; }

    public JsonNode Arguments() => SchemaSampler.Sample(Tool?["input_schema"], Prompt.Seed, TextGenerator.Topic(Prompt.Question)) ?? new JsonObject();

    public static MessageRequest Read(SimulatedCall call, JsonObject body, bool needsMaxTokens = true)
    {
        var model = body.String("model") ?? throw new ProviderException(400, "model: Field required");
        if (needsMaxTokens && body.Int("max_tokens") is null)
        {
            throw new ProviderException(400, "max_tokens: Field required");
        }

        var messages = body.List("messages") ?? throw new ProviderException(400, "messages: Field required");
        if (messages.Count == 0)
        {
            throw new ProviderException(400, "messages: at least one message is required");
        }

        var prompt = new Prompt(model);
        prompt.AddTools(body["tools"]);
        foreach (var tool in body.List("tools") ?? [])
        {
            prompt.MarkIfCached(tool);
        }

        prompt.AddTurn(isUser: false, body["system"]);
        foreach (var message in messages)
        {
            prompt.AddTurn(message.String("role") == "user", (message as JsonObject)?["content"], part => part.String("type") == "tool_result");
        }

        var format = body.Object("output_config").Object("format") ?? body.Object("output_format");
        return new MessageRequest(body, prompt)
        {
            Tool = call.Behaviour is { Text: null, Refusal: null } ? ChosenTool(body, prompt) : null,
            Structured = format.String("type") == "json_schema" && SchemaSampler.Sample(format!["schema"], prompt.Seed, TextGenerator.Topic(prompt.Question)) is { } value ? Json.Text(value) : null,
        };
    }

    private static JsonObject? ChosenTool(JsonObject body, Prompt prompt)
    {
        var choice = body.Object("tool_choice");
        if (!prompt.EndsWithQuestion || choice.String("type") == "none")
        {
            return null;
        }

        var named = choice.String("name");
        return (body.List("tools") ?? []).OfType<JsonObject>().FirstOrDefault(tool => tool.ContainsKey("input_schema") && (named is null || tool.String("name") == named));
    }
}
