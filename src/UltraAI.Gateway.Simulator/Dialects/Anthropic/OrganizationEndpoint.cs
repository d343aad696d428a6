using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Anthropic;

/// <summary>An administrative endpoint, so that a test can see whether it was reached.</summary>
internal static class OrganizationEndpoint
{
    public static Task UsersAsync(SimulatedCall call) => call.Answer.JsonAsync(new JsonObject
    {
        ["data"] = Json.Array(new JsonObject
        {
            ["type"] = "user",
            ["id"] = "user_simulated",
            ["email"] = "ada@example.com",
            ["name"] = "Ada Example",
            ["role"] = "admin",
            ["added_at"] = "2025-09-29T00:00:00Z",
        }),
        ["has_more"] = false,
        ["first_id"] = "user_simulated",
        ["last_id"] = "user_simulated",
    });
}
