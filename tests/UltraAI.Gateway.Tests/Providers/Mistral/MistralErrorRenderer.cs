using System.Text.Json;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Tests.Providers.Mistral;

/// <summary><c>{"object":"error","message","type","param","code","request_id"}</c></summary>
/// <remarks>https://docs.mistral.ai/api</remarks>
internal sealed class MistralErrorRenderer : IErrorRenderer
{
    public void Write(Utf8JsonWriter json, GatewayError error, string requestId)
    {
        json.WriteStartObject();
        json.WriteString("object", "error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.StatusCode == 401 ? "unauthorized" : "invalid_request_error");
        json.WriteNull("param");
        json.WriteString("code", error.Name);
        json.WriteString("request_id", requestId);
        json.WriteEndObject();
    }
}
