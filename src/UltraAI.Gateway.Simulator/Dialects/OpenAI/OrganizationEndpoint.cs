using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>An administrative endpoint, so that a test can see whether it was reached.</summary>
internal static class OrganizationEndpoint
{
    public static Task UsersAsync(SimulatedCall call) => call.Answer.JsonAsync(new JsonObject
    {
        ["object"] = "list",
        ["data"] = Json.Array(new JsonObject
        {
            ["object"] = "organization.user",
            ["id"] = "user_simulated",
            ["name"] = "Ada Example",
            ["email"] = "ada@example.com",
            ["role"] = "owner",
            ["added_at"] = 1_754_000_000,
        }),
        ["first_id"] = "user_simulated",
        ["last_id"] = "user_simulated",
        ["has_more"] = false,
    });
}
