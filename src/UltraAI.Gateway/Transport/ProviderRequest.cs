namespace UltraAI.Gateway.Transport;

/// <summary>A request to a provider that knows the call it belongs to.</summary>
/// <remarks>The message's own options would do as well, as they do for the forwarder's WebSockets; but they cost a dictionary per request.</remarks>
internal sealed class ProviderRequest(HttpMethod method, ProviderCall call) : HttpRequestMessage(method, (Uri?)null)
{
    /// <summary>The call that a request belongs to; null if it belongs to none.</summary>
    public static ProviderCall? CallOf(HttpRequestMessage request)
    {
        if (request is ProviderRequest own)
        {
            return own.Call;
        }

        request.Options.TryGetValue(ProviderCall.Key, out var call);
        return call;
    }

    private ProviderCall Call { get; } = call;
}
