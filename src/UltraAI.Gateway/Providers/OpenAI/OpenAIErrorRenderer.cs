using System.Text.Json;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Providers.OpenAI;

/// <summary><c>{"error":{"message","type","param","code"}}</c></summary>
/// <remarks>https://platform.openai.com/docs/guides/error-codes</remarks>
internal sealed class OpenAIErrorRenderer : IErrorRenderer
{
    public void Write(Utf8JsonWriter json, GatewayError error, string requestId)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.StatusCode switch
        {
            401 => "authentication_error",
            402 => "insufficient_quota",
            403 => "permission_error",
            429 => "rate_limit_error",
            502 => "upstream_error",
            503 => "overloaded_error",
            504 => "timeout_error",
            500 => "server_error",
            _ => "invalid_request_error",
        });
        json.WriteNull("param");
        json.WriteString("code", error.Name);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
