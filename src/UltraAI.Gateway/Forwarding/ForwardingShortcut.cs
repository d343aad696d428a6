using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Telemetry;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Stands first, and takes plain requests to a provider's route past everything else, which would do nothing for them but count.</summary>
/// <remarks>
/// What it does not take, such as a WebSocket, a prefix in other letters or a target that is refused, goes the long way, and comes
/// to the same <see cref="ForwardingHandler"/>. No route of the gateway's own can begin with a provider's name: those names are reserved.
/// </remarks>
internal sealed class ForwardingShortcut(RequestDelegate next, IProviderSource providers, ForwardingHandler handler)
{
    public Task InvokeAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!RawTarget.IsSound(target))
        {
            return next(context);
        }

        var end = target.AsSpan(1).IndexOfAny('/', '?');
        if (!providers.Providers.TryGet(end < 0 ? target.AsSpan(1) : target.AsSpan(1, end), out var provider) || !LeanForwarder.IsPlain(context.Request))
        {
            return next(context);
        }

        context.Response.Headers[ErrorResponse.RequestIdField] = RequestIds.Next();
        return handler.HandleAsync(context, provider, yarp: null);
    }
}
