using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Stands before YARP's forwarder on every provider's route.</summary>
internal sealed class ForwardingMiddleware(RequestDelegate next, IProviderSource providers, ForwardingHandler handler)
{
    private static readonly GatewayError UnknownProvider = new(ErrorCode.NotFound, "This provider is no longer configured.");

    public Task InvokeAsync(HttpContext context) => providers.Providers.TryGet(context.GetReverseProxyFeature().Route.Config.RouteId, out var provider)
        ? handler.HandleAsync(context, provider, next)
        : ErrorResponse.WriteAsync(context, UnknownProvider, Providers.ProviderKinds.OpenAI.ErrorRenderer);
}
