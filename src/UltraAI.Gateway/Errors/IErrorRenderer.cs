using System.Text.Json;

namespace UltraAI.Gateway.Errors;

/// <summary>Writes an error in one provider's JSON shape, so that its SDK raises its own typed exception.</summary>
internal interface IErrorRenderer
{
    /// <summary>The media type of what it writes.</summary>
    string ContentType => "application/json";

    void Write(Utf8JsonWriter json, GatewayError error, string requestId);
}
