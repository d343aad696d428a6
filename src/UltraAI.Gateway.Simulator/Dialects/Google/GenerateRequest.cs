using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Google;

/// <summary>A request to generateContent, read; fields may be spelled in camel or snake case.</summary>
internal sealed class GenerateRequest
{
    private GenerateRequest(JsonObject? config, Prompt prompt)
    {
        Config = config;
        Prompt = prompt;
    }

    public JsonObject? Config { get; }

    public Prompt Prompt { get; }

    public JsonObject? Tool { get; private init; }

    public string? Structured { get; private init; }

    public int? MaxTokens => Config.Int("maxOutputTokens") ?? Config.Int("max_output_tokens");

    public int Candidates => Math.Clamp(Config.Int("candidateCount") ?? Config.Int("candidate_count") ?? 1, 1, 8);

    public bool IncludesThoughts => Field(Config, "thinkingConfig").Flag("includeThoughts") || Field(Config, "thinkingConfig").Flag("include_thoughts");

    /// <summary>Gets the tokens of thinking that are reported: of models that think, unless the request turns it off.</summary>
    public int ThoughtTokens =>
        (Prompt.Model.Contains("2.5", StringComparison.Ordinal) || Prompt.Model.Contains("gemini-3", StringComparison.Ordinal)) && Field(Config, "thinkingConfig").Int("thinkingBudget") != 0
            ? 16 + (int)(Prompt.Seed % 48)
            : 0;

    public JsonNode Arguments() =>
        SchemaSampler.Sample(Tool?["parameters"] ?? Tool?["parametersJsonSchema"] ?? Tool?["parameters_json_schema"], Prompt.Seed, TextGenerator.Topic(Prompt.Question)) ?? new JsonObject();

    public static GenerateRequest Read(SimulatedCall call, JsonObject body, string model)
    {
        var contents = body["contents"] ?? throw new ProviderException(400, "* GenerateContentRequest.contents: contents is not specified\n");
        var prompt = new Prompt(model);
        prompt.AddTurn(isUser: false, (Field(body, "systemInstruction") as JsonObject)?["parts"]);
        foreach (var content in contents as JsonArray ?? [contents.DeepClone()])
        {
            var parts = (content as JsonObject)?["parts"];
            prompt.AddTurn(content.String("role") is null or "user", parts as JsonArray ?? [parts?.DeepClone()], part => Field(part, "functionResponse") is not null);
        }

        prompt.AddTools(body["tools"]);
        var config = Field(body, "generationConfig") as JsonObject;
        return new GenerateRequest(config, prompt)
        {
            Tool = call.Behaviour is { Text: null, Refusal: null } ? ChosenTool(body, prompt) : null,
            Structured = StructuredText(config, prompt),
        };
    }

    /// <summary>A field by its camel-case name, also when it is spelled in snake case.</summary>
    public static JsonNode? Field(JsonNode? node, string name) =>
        node is JsonObject json ? json[name] ?? json[string.Concat(name.Select(letter => char.IsUpper(letter) ? "_" + char.ToLowerInvariant(letter) : letter.ToString()))] : null;

    private static string? StructuredText(JsonObject? config, Prompt prompt)
    {
        if (Field(config, "responseMimeType").AsText() != "application/json")
        {
            return null;
        }

        var topic = TextGenerator.Topic(prompt.Question);
        var schema = Field(config, "responseSchema") ?? Field(config, "responseJsonSchema");
        var value = schema is null ? new JsonObject { ["answer"] = TextGenerator.Write(prompt.Seed, prompt.Question) } : SchemaSampler.Sample(schema, prompt.Seed, topic);
        return value is null ? "{}" : Json.Text(value);
    }

    private static JsonObject? ChosenTool(JsonObject body, Prompt prompt)
    {
        var calling = Field(Field(body, "toolConfig"), "functionCallingConfig");
        if (!prompt.EndsWithQuestion || calling.String("mode") == "NONE")
        {
            return null;
        }

        var allowed = (Field(calling, "allowedFunctionNames") as JsonArray)?.Select(name => name.AsText()).ToList();
        return (body.List("tools") ?? [])
            .SelectMany(tool => Field(tool, "functionDeclarations") as JsonArray ?? [])
            .OfType<JsonObject>()
            .FirstOrDefault(function => allowed is null || allowed.Contains(function.String("name")));
    }
}
