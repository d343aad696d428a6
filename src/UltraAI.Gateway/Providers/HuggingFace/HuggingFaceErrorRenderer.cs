using System.Text.Json;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Providers.HuggingFace;

/// <summary><c>{"error":"MESSAGE","error_type":"CODE"}</c>: the SDK shows <c>error</c> only when it is a string.</summary>
internal sealed class HuggingFaceErrorRenderer : IErrorRenderer
{
    public void Write(Utf8JsonWriter json, GatewayError error, string requestId)
    {
        json.WriteStartObject();
        json.WriteString("error", error.Message);
        json.WriteString("error_type", error.Name);
        json.WriteEndObject();
    }
}
