using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Tests.Functional.Common;

internal static class TransportOptions
{
    /// <summary>Sets values of the <c>Transport</c> section.</summary>
    public static void Set(JsonObject gateway, params (string Name, JsonNode Value)[] values)
    {
        var transport = gateway["Transport"] as JsonObject ?? [];
        gateway["Transport"] = transport;
        foreach (var (name, value) in values)
        {
            transport[name] = value;
        }
    }
}
