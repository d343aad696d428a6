using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Telemetry;
using UltraAI.Gateway.Telemetry.Hot;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Makes routing see the path as the client wrote it, and gives every request its id.</summary>
/// <remarks>
/// Kestrel decodes the path and resolves its dot segments. Routing by that and forwarding the raw target would let
/// <c>/openai/%2e%2e/anthropic/…</c> be checked as one provider and sent to another: so both see the raw path.
/// </remarks>
internal sealed class RawTargetMiddleware(RequestDelegate next, ServerRequests requests, IErrorRenderer renderer)
{
    private static readonly GatewayError NotOriginForm = new(
        ErrorCode.InvalidRequest,
        "The request target must be a path, such as /openai/v1/models. The gateway is not a forward proxy.");

    private static readonly GatewayError NotAscii = new(
        ErrorCode.InvalidRequest,
        "The request target has white space, control characters or characters outside of ASCII; they must be percent-encoded.");

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers[ErrorResponse.RequestIdField] = RequestIds.Next();

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!RawTarget.IsPath(target))
        {
            return RefuseAsync(context, NotOriginForm);
        }

        if (!RawTarget.IsVisibleAscii(target))
        {
            return RefuseAsync(context, NotAscii);
        }

        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target.AsSpan() : target.AsSpan(0, question);
        if (!path.SequenceEqual(context.Request.Path.Value))
        {
            context.Request.Path = new PathString(question < 0 ? target : target[..question]);
        }

        return next(context);
    }

    private async Task RefuseAsync(HttpContext context, GatewayError error)
    {
        var running = requests.Start(context);
        try
        {
            await ErrorResponse.WriteAsync(context, error, renderer);
        }
        finally
        {
            requests.End(context, running, route: null);
        }
    }
}
