using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Compare.Targets;

/// <summary>The gateway's configuration for a comparison. No limit is one that the load could reach.</summary>
internal static class GatewayConfiguration
{
    private const long Unreachable = 1_000_000_000;

    /// <param name="baseUrl">The upstream.</param>
    /// <param name="accessLog">The file of the access log, which turns on all the rest, too: models, limits, a budget and prices; null for none of them.</param>
    /// <param name="store">The <c>Store</c> section.</param>
    /// <param name="httpVersion">To the upstream.</param>
    /// <param name="trusted">The certificate of an upstream with TLS.</param>
    public static JsonObject Make(string baseUrl, string? accessLog, JsonObject store, string httpVersion = "1.1", string? trusted = null)
    {
        var key = new JsonObject { ["Name"] = "compare", ["Value"] = Rig.VirtualKey };
        var gateway = new JsonObject
        {
            ["Providers"] = new JsonObject
            {
                ["openai"] = new JsonObject
                {
                    ["Kind"] = "OpenAI",
                    ["BaseUrl"] = baseUrl,
                    ["Credentials"] = new JsonArray(new JsonObject { ["Name"] = "main", ["Value"] = Rig.Credential }),
                },
            },
            ["VirtualKeys"] = new JsonArray(key),
            ["Transport"] = new JsonObject { ["MaxCallsPerOrigin"] = 12000, ["MaxQueuedCallsPerOrigin"] = 12000, ["Timeout"] = "00:10:00", ["HttpVersion"] = httpVersion },
            ["Store"] = store,
            ["Drain"] = new JsonObject { ["Delay"] = "00:00:00", ["Timeout"] = "00:00:01" },
        };
        if (trusted is not null)
        {
            gateway["Transport"]!["TrustedCertificates"] = trusted;
        }

        if (accessLog is not null)
        {
            gateway["AccessLog"] = new JsonObject { ["Target"] = "File", ["Path"] = accessLog };
            key["Models"] = new JsonArray("gpt-4o*");
            key["Limits"] = Limits();
            key["Limits"]!["MaxConcurrent"] = 100_000;
            key["Budget"] = new JsonObject { ["Usd"] = 1_000_000, ["Period"] = "Month" };
            key["AllowUnmeteredWebSockets"] = true;
            gateway["Limits"] = new JsonObject { ["openai"] = Limits() };
            gateway["Prices"] = new JsonArray(new JsonObject { ["Model"] = "openai/gpt-4o*", ["Input"] = 0.15, ["CachedInput"] = 0.075, ["Output"] = 0.6, ["MaxOutputTokens"] = 256 });
        }

        return new JsonObject { ["Gateway"] = gateway, ["Logging"] = new JsonObject { ["LogLevel"] = new JsonObject { ["Default"] = "Warning" } } };
    }

    private static JsonObject Limits() => new()
    {
        ["RequestsPerMinute"] = Unreachable,
        ["RequestBurst"] = Unreachable,
        ["TokensPerMinute"] = Unreachable * 100,
        ["TokenBurst"] = Unreachable * 100,
    };
}
