using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Google;

/// <summary>Google's error object with its details.</summary>
internal static class GoogleError
{
    private const string TypePrefix = "type.googleapis.com/google.rpc.";

    public static JsonObject Create(ProviderException error)
    {
        var body = new JsonObject
        {
            ["code"] = error.Status,
            ["message"] = error.Message,
            ["status"] = error.Status switch
            {
                400 => "INVALID_ARGUMENT",
                401 => "UNAUTHENTICATED",
                403 => "PERMISSION_DENIED",
                404 => "NOT_FOUND",
                409 => "ABORTED",
                429 => "RESOURCE_EXHAUSTED",
                499 => "CANCELLED",
                501 => "UNIMPLEMENTED",
                503 => "UNAVAILABLE",
                504 => "DEADLINE_EXCEEDED",
                >= 500 => "INTERNAL",
                _ => "INVALID_ARGUMENT",
            },
        };
        if (Details(error) is { } details)
        {
            body["details"] = details;
        }

        return new JsonObject { ["error"] = body };
    }

    private static JsonArray? Details(ProviderException error) => error.Code switch
    {
        "API_KEY_INVALID" => Json.Array(
            new JsonObject
            {
                ["@type"] = TypePrefix + "ErrorInfo",
                ["reason"] = error.Code,
                ["domain"] = "googleapis.com",
                ["metadata"] = new JsonObject { ["service"] = "generativelanguage.googleapis.com" },
            },
            new JsonObject { ["@type"] = TypePrefix + "LocalizedMessage", ["locale"] = "en-US", ["message"] = error.Message }),
        "QUOTA" => Json.Array(
            new JsonObject
            {
                ["@type"] = TypePrefix + "QuotaFailure",
                ["violations"] = Json.Array(new JsonObject
                {
                    ["quotaMetric"] = "generativelanguage.googleapis.com/generate_content_free_tier_requests",
                    ["quotaId"] = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
                }),
            },
            new JsonObject { ["@type"] = TypePrefix + "RetryInfo", ["retryDelay"] = "1s" }),
        _ => null,
    };
}
