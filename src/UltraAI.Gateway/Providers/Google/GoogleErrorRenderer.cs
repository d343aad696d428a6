using System.Text.Json;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Providers.Google;

/// <summary><c>{"error":{"code","message","status","details":[ErrorInfo]}}</c></summary>
/// <remarks>https://cloud.google.com/apis/design/errors#http_mapping</remarks>
internal sealed class GoogleErrorRenderer : IErrorRenderer
{
    public void Write(Utf8JsonWriter json, GatewayError error, string requestId)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteNumber("code", error.StatusCode);
        json.WriteString("message", error.Message);
        json.WriteString("status", error.StatusCode switch
        {
            400 or 413 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            402 or 429 => "RESOURCE_EXHAUSTED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            408 or 504 => "DEADLINE_EXCEEDED",
            502 or 503 => "UNAVAILABLE",
            _ => "INTERNAL",
        });
        json.WriteStartArray("details");
        json.WriteStartObject();
        json.WriteString("@type", "type.googleapis.com/google.rpc.ErrorInfo");
        json.WriteString("reason", error.Name);
        json.WriteString("domain", "ultraai.gateway");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
