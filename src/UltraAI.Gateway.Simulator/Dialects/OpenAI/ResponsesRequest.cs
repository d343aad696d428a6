using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>A request to /v1/responses, read.</summary>
internal sealed class ResponsesRequest
{
    private ResponsesRequest(JsonObject body, Prompt prompt)
    {
        Body = body;
        Prompt = prompt;
    }

    public JsonObject Body { get; }

    public Prompt Prompt { get; }

    public JsonObject? Tool { get; private init; }

    public string? Structured { get; private init; }

    public string Arguments() =>
        Tool?["parameters"] is { } schema && SchemaSampler.Sample(schema, Prompt.Seed, TextGenerator.Topic(Prompt.Question)) is { } value ? Json.Text(value) : "{}";

    public static ResponsesRequest Read(SimulatedCall call)
    {
        var body = call.JsonBody();
        var prompt = new Prompt(body.String("model") ?? throw new ProviderException(400, "Missing required parameter: 'model'.", "missing_required_parameter", "model"));
        prompt.AddText(body.String("instructions"));
        switch (body["input"])
        {
            case JsonArray items:
                foreach (var item in items)
                {
                    AddItem(prompt, item);
                }

                break;
            case { } text:
                prompt.AddTurn(isUser: true, text);
                break;
            default:
                throw new ProviderException(400, "Missing required parameter: 'input'.", "missing_required_parameter", "input");
        }

        prompt.AddTools(body["tools"]);
        var schema = body.Object("text").Object("format");
        return new ResponsesRequest(body, prompt)
        {
            Tool = call.Behaviour is { Text: null, Refusal: null } ? ChosenTool(body, prompt) : null,
            Structured = schema.String("type") switch
            {
                "json_schema" => SchemaSampler.Sample(schema!["schema"], prompt.Seed, TextGenerator.Topic(prompt.Question)) is { } value ? Json.Text(value) : "{}",
                "json_object" => Json.Text(new JsonObject { ["answer"] = TextGenerator.Write(prompt.Seed, prompt.Question) }),
                _ => null,
            },
        };
    }

    private static void AddItem(Prompt prompt, JsonNode? item)
    {
        if (item.String("type") is null or "message")
        {
            prompt.AddTurn(item.String("role") == "user", (item as JsonObject)?["content"]);
        }
        else
        {
            prompt.AddTurn(isUser: false, item?["output"] ?? item?["arguments"]);
        }
    }

    private static JsonObject? ChosenTool(JsonObject body, Prompt prompt)
    {
        if (!prompt.EndsWithQuestion || body["tool_choice"].AsText() == "none")
        {
            return null;
        }

        var named = body.Object("tool_choice").String("name");
        return (body.List("tools") ?? []).OfType<JsonObject>().FirstOrDefault(tool => tool.String("type") == "function" && (named is null || tool.String("name") == named));
    }
}
