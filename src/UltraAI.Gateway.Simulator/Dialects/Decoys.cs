using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects;

/// <summary>What looks like a report of usage and is none: in the model's text, and in objects inside the answer.</summary>
internal static class Decoys
{
    private const int Count = 987_654_321;

    /// <summary>Words of a model that writes about its own usage.</summary>
    public const string Text =
        """ {"usage":{"prompt_tokens":987654321,"completion_tokens":987654321,"input_tokens":987654321,"output_tokens":987654321}} ends in \" and } "usage" : { "usageMetadata": {"promptTokenCount":987654321} ] \""";

    /// <summary>Puts an object named as the usage into a part of the answer.</summary>
    public static JsonObject In(SimulatedCall call, JsonObject part)
    {
        if (call.Behaviour.HasDecoys)
        {
            part["usage"] = Object();
            part["usageMetadata"] = Object();
            part["response"] = new JsonObject { ["usage"] = Object() };
            part["message"] = new JsonObject { ["usage"] = Object() };
        }

        return part;
    }

    private static JsonObject Object() => new()
    {
        ["prompt_tokens"] = Count,
        ["completion_tokens"] = Count,
        ["input_tokens"] = Count,
        ["output_tokens"] = Count,
        ["promptTokenCount"] = Count,
        ["candidatesTokenCount"] = Count,
    };
}
