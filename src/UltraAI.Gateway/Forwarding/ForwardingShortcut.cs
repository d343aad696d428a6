using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Takes plain requests to a provider's route past routing and YARP's pipeline, which would do nothing for them but count.</summary>
/// <remarks>
/// Comes after <see cref="RawTargetMiddleware"/>. What it does not take, such as a WebSocket or a prefix in other letters, goes the long way, and comes
/// to the same <see cref="ForwardingHandler"/>. No route of the gateway's own can begin with a provider's name: those names are reserved.
/// </remarks>
internal sealed class ForwardingShortcut(RequestDelegate next, IProviderSource providers, ForwardingHandler handler)
{
    public Task InvokeAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var end = target.AsSpan(1).IndexOfAny('/', '?');
        return providers.Providers.TryGet(end < 0 ? target.AsSpan(1) : target.AsSpan(1, end), out var provider) && LeanForwarder.IsPlain(context.Request)
            ? handler.HandleAsync(context, provider, yarp: null)
            : next(context);
    }
}
