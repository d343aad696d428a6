using System.Text.Json;

namespace UltraAI.Gateway.Errors;

/// <summary>Writes an error in one provider's JSON shape, so that its SDK raises its own typed exception.</summary>
internal interface IErrorRenderer
{
    void Write(Utf8JsonWriter json, GatewayError error, string requestId);
}
