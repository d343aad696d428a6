using System.Text;
using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Simulator.Content;

/// <summary>Server-sent events.</summary>
internal static class Sse
{
    public const string ContentType = "text/event-stream";

    public static byte[] Done { get; } = "data: [DONE]\n\n"u8.ToArray();

    public static byte[] Data(JsonNode data) => [.. "data: "u8, .. Json.Bytes(data), .. "\n\n"u8];

    public static byte[] Event(string name, JsonNode data) => [.. Encoding.ASCII.GetBytes($"event: {name}\n"), .. Data(data)];
}
