using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Transport;

/// <summary>A call got no response; <see cref="Error"/> is what to answer.</summary>
internal sealed class ProviderCallException(GatewayError error, Exception? cause) : HttpRequestException(error.Message, cause)
{
    public GatewayError Error { get; } = error;
}
