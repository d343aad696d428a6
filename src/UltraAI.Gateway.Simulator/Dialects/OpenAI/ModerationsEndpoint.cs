using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>POST /v1/moderations: an input with the word "violence" is flagged.</summary>
internal sealed class ModerationsEndpoint(ProviderDialect dialect)
{
    private static readonly string[] Categories =
    [
        "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm", "self-harm/instructions",
        "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
    ];

    public Task HandleAsync(SimulatedCall call)
    {
        var body = call.JsonBody();
        var inputs = body["input"] as JsonArray ?? [body["input"]?.DeepClone()];
        return call.Answer.JsonAsync(new JsonObject
        {
            ["id"] = dialect.NewId(call, "modr-"),
            ["model"] = body.String("model") ?? "omni-moderation-latest",
            ["results"] = Json.Array(inputs.Select(input => Result(input.AsText() ?? input.String("text") ?? ""))),
        });
    }

    private static JsonObject Result(string text)
    {
        var isViolent = text.Contains("violence", StringComparison.OrdinalIgnoreCase);
        var categories = new JsonObject();
        var scores = new JsonObject();
        var inputTypes = new JsonObject();
        foreach (var category in Categories)
        {
            categories[category] = isViolent && category == "violence";
            scores[category] = isViolent && category == "violence" ? 0.93 : 0.0001;
            inputTypes[category] = Json.Array(JsonValue.Create("text"));
        }

        return new JsonObject { ["flagged"] = isViolent, ["categories"] = categories, ["category_scores"] = scores, ["category_applied_input_types"] = inputTypes };
    }
}
