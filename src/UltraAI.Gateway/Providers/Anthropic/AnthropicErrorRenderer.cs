using System.Text.Json;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Providers.Anthropic;

/// <summary><c>{"type":"error","error":{"type","message"},"request_id"}</c></summary>
/// <remarks>https://docs.claude.com/en/api/errors</remarks>
internal sealed class AnthropicErrorRenderer : IErrorRenderer
{
    public void Write(Utf8JsonWriter json, GatewayError error, string requestId)
    {
        json.WriteStartObject();
        json.WriteString("type", "error");
        json.WriteStartObject("error");
        json.WriteString("type", error.StatusCode switch
        {
            400 => "invalid_request_error",
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            503 => "overloaded_error",
            408 or 504 => "timeout_error",
            _ => "api_error",
        });
        json.WriteString("message", error.Message);
        json.WriteString("code", error.Name);
        json.WriteEndObject();
        json.WriteString("request_id", requestId);
        json.WriteEndObject();
    }
}
