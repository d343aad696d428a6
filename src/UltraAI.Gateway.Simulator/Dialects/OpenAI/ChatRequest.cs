using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>A chat completion request, read.</summary>
internal sealed class ChatRequest
{
    private const int MostChoices = 128;

    private ChatRequest(JsonObject body, Prompt prompt)
    {
        Body = body;
        Prompt = prompt;
    }

    public JsonObject Body { get; }

    public Prompt Prompt { get; }

    public bool IsStream => Body.Flag("stream");

    public bool IncludesUsage => Body.Object("stream_options").Flag("include_usage");

    public int Choices => Math.Clamp(Body.Int("n") ?? 1, 1, MostChoices);

    public int? MaxTokens => Body.Int("max_completion_tokens") ?? Body.Int("max_tokens");

    /// <summary>Gets the tool the model calls, if it calls one.</summary>
    public JsonObject? Tool { get; private init; }

    /// <summary>Gets the structured output the model must give, if any.</summary>
    public string? Structured { get; private init; }

    public static ChatRequest Read(SimulatedCall call, JsonObject body)
    {
        var model = body.String("model") ?? throw new ProviderException(400, "you must provide a model parameter");
        var messages = body.List("messages") ?? throw new ProviderException(400, "Missing required parameter: 'messages'.", "missing_required_parameter", "messages");
        if (messages.Count == 0)
        {
            throw new ProviderException(400, "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", "empty_array", "messages");
        }

        var prompt = new Prompt(model);
        foreach (var message in messages)
        {
            prompt.AddTurn(message.String("role") == "user", (message as JsonObject)?["content"]);
        }

        prompt.AddTools(body["tools"]);
        return new ChatRequest(body, prompt)
        {
            Tool = call.Behaviour is { Text: null, Refusal: null } ? ChosenTool(body, prompt) : null,
            Structured = StructuredText(body.Object("response_format"), prompt),
        };
    }

    /// <summary>The arguments of the tool call.</summary>
    public string Arguments() => Tool?["parameters"] is { } schema && SchemaSampler.Sample(schema, Prompt.Seed, Topic()) is { } arguments ? Json.Text(arguments) : "{}";

    private string Topic() => TextGenerator.Topic(Prompt.Question);

    private static JsonObject? ChosenTool(JsonObject body, Prompt prompt)
    {
        if (!prompt.EndsWithQuestion || body["tool_choice"].AsText() == "none")
        {
            return null;
        }

        var functions = (body.List("tools") ?? []).Select(tool => tool.Object("function")).OfType<JsonObject>().ToList();
        var named = body.Object("tool_choice").Object("function").String("name");
        return functions.Find(function => named is null || function.String("name") == named);
    }

    private static string? StructuredText(JsonObject? format, Prompt prompt)
    {
        var topic = TextGenerator.Topic(prompt.Question);
        return format.String("type") switch
        {
            "json_object" => Json.Text(new JsonObject { ["topic"] = topic, ["answer"] = TextGenerator.Write(prompt.Seed, prompt.Question) }),
            "json_schema" => SchemaSampler.Sample(format.Object("json_schema")?["schema"], prompt.Seed, topic) is { } value ? Json.Text(value) : "{}",
            _ => null,
        };
    }
}
