using System.Text.Json;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Admin;

/// <summary>Writes what goes wrong by the gateway's own fault as problem details, too.</summary>
internal sealed class AdminErrorRenderer : IErrorRenderer
{
    public static readonly AdminErrorRenderer Instance = new();

    public string ContentType => AdminProblem.MediaType;

    public void Write(Utf8JsonWriter json, GatewayError error, string requestId) => AdminProblem.Of(error).WriteBody(json);
}
