using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Transport;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Forwarder;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Stands before YARP's forwarder on every provider's route: steps 1 to 3 of a request, and its end.</summary>
internal sealed class ForwardingMiddleware(
    RequestDelegate next,
    IProviderSource providers,
    IVirtualKeySource keys,
    IForwardingSettingsSource settings,
    IProxyStateLookup clusters,
    DrainState drain,
    TransportMetrics metrics,
    TimeProvider time)
{
    private static readonly GatewayError UnknownProvider = new(ErrorCode.NotFound, "This provider is no longer configured.");

    private static readonly GatewayError Draining = new(ErrorCode.Draining, "This gateway is shutting down; try again, on another instance.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public async Task InvokeAsync(HttpContext context)
    {
        var route = context.GetReverseProxyFeature().Route.Config.RouteId;
        if (!providers.Providers.TryGet(route, out var provider))
        {
            await ErrorResponse.WriteAsync(context, UnknownProvider, Providers.ProviderKinds.OpenAI.ErrorRenderer);
            return;
        }

        if (!drain.TryEnter())
        {
            await RefuseAsync(context, provider, Draining);
            return;
        }

        try
        {
            var refusal = Admit(context, provider, out var target);
            if (refusal is not null)
            {
                await RefuseAsync(context, provider, refusal);
                return;
            }

            await ForwardAsync(context, provider, target);
        }
        finally
        {
            drain.Leave();
        }
    }

    private GatewayError? Admit(HttpContext context, Provider provider, out string target)
    {
        var request = context.Request;
        var rawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        target = rawTarget[provider.RoutePrefix.Length..];

        if (RequestPreparation.IsNavigation(request.Headers))
        {
            return RequestPreparation.NavigationRefused;
        }

        RequestPreparation.RemoveHopByHop(request.Headers);

        // :: Step 1: Identify the virtual key. From here on the request holds no credential of any kind.
        var table = keys.VirtualKeys;
        var error = PresentedKey.Take(request.Headers, provider.Kind, ref target, out var presented);
        if (error is not null)
        {
            return error;
        }

        if (!provider.Kind.TakesKeyFromQuery && QueryKey.HoldsVirtualKey(target, table))
        {
            return new GatewayError(ErrorCode.InvalidKey, "The virtual key must not stand in the URL of this provider's route: it would reach the provider.");
        }

        // :: Step 3: Admit. Step 2, reading the model from the body, comes before it where a policy needs the model.
        var client = ClientAddress.Of(context, settings.Forwarding.TrustedProxies);
        var method = IsWebSocket(context) ? HttpMethods.Get : request.Method; // over HTTP/2 the hand-shake is a CONNECT
        return AccessPolicy.Check(table.Find(presented), provider, method, target, client, time.GetUtcNow());
    }

    private async Task ForwardAsync(HttpContext context, Provider provider, string target)
    {
        var forwarded = new ForwardedRequest(context, provider, target, time, metrics);
        var call = forwarded.Call;
        context.Features.Set(forwarded);

        forwarded.AttachBody();
        if (IsWebSocket(context) && clusters.TryGetCluster(ProviderRoutes.WebSocketClusterOf(provider), out var cluster))
        {
            context.ReassignProxyRequest(cluster);
        }

        try
        {
            await next(context);
            await FinishAsync(context, provider, call);
        }
        finally
        {
            // :: Step 7: Settle. The place, the clock and the count.
            call.End();
            await call.WaitForBodyAsync();
            forwarded.ReleaseBody();
        }
    }

    /// <summary>Puts the error in place where there is no response, and names the end of one that was broken off.</summary>
    private static Task FinishAsync(HttpContext context, Provider provider, ProviderCall call)
    {
        var failure = context.Features.Get<IForwarderErrorFeature>();
        if (failure is null)
        {
            return Task.CompletedTask;
        }

        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            // What the transport saw first counts; otherwise it was the client.
            call.Fail(CallOutcome.Cancelled, null);
            return Task.CompletedTask;
        }

        if (call.Error is null)
        {
            var (outcome, fallback) = Describe(failure);
            call.Fail(outcome, fallback);
        }

        return call.Error is { } error
            ? ErrorResponse.WriteAsync(context, error, provider.Kind.ErrorRenderer)
            : Task.CompletedTask;
    }

    private static (CallOutcome Outcome, GatewayError Error) Describe(IForwarderErrorFeature failure)
    {
        if (failure.Error is ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled)
        {
            return failure.Exception?.GetBaseException() is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
                ? (CallOutcome.Refused, new GatewayError(ErrorCode.BodyTooLarge, "The request's body is too large."))
                : (CallOutcome.Refused, new GatewayError(ErrorCode.InvalidRequest, "The request's body could not be read to its end."));
        }

        return (CallOutcome.Unreachable, new GatewayError(ErrorCode.UpstreamUnreachable, "The provider broke off before its response began."));
    }

    private Task RefuseAsync(HttpContext context, Provider provider, GatewayError error)
    {
        metrics.RequestEnded(provider, CallOutcome.Refused);
        return ErrorResponse.WriteAsync(context, error, provider.Kind.ErrorRenderer);
    }

    private static bool IsWebSocket(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };
}
