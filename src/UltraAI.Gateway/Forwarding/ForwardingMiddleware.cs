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
    IHttpForwarder forwarder,
    DrainState drain,
    CallReporter reporter,
    FaultHandler faults,
    TimeProvider time)
{
    private static readonly GatewayError UnknownProvider = new(ErrorCode.NotFound, "This provider is no longer configured.");

    private static readonly GatewayError NoResponse = new(ErrorCode.UpstreamUnreachable, "The provider's answer could not be passed on.");

    private static readonly GatewayError Draining = new(ErrorCode.Draining, "This gateway is shutting down; try again, on another instance.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    // One async method per request: each more costs an allocation and a continuation.
    public Task InvokeAsync(HttpContext context)
    {
        var route = context.GetReverseProxyFeature().Route.Config.RouteId;
        if (!providers.Providers.TryGet(route, out var provider))
        {
            return ErrorResponse.WriteAsync(context, UnknownProvider, Providers.ProviderKinds.OpenAI.ErrorRenderer);
        }

        if (!drain.TryEnter())
        {
            return RefuseAsync(context, provider, Draining);
        }

        var isForwarded = false;
        try
        {
            var isWebSocket = RequestPreparation.IsWebSocket(context);
            var refusal = Admit(context, provider, isWebSocket, out var target);
            if (refusal is not null)
            {
                return RefuseAsync(context, provider, refusal);
            }

            isForwarded = true;
            return ForwardAsync(context, provider, isWebSocket, target);
        }
        catch (Exception exception)
        {
            return faults.HandleAsync(context, exception, provider.Kind.ErrorRenderer);
        }
        finally
        {
            if (!isForwarded)
            {
                drain.Leave();
            }
        }
    }

    private GatewayError? Admit(HttpContext context, Provider provider, bool isWebSocket, out string target)
    {
        var request = context.Request;
        var rawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        target = rawTarget[provider.RoutePrefix.Length..];

        // Before any field is removed: the client's Connection field must not take X-Forwarded-For away.
        var client = ClientAddress.Of(context, settings.Forwarding.TrustedProxies);
        if (RequestPreparation.Refuse(context, isWebSocket) is { } refusal)
        {
            return refusal;
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
        var method = isWebSocket ? HttpMethods.Get : request.Method; // over HTTP/2 the hand-shake is a CONNECT
        return AccessPolicy.Check(table.Find(presented), provider, method, target, request.Headers, client, time.GetUtcNow())
            ?? PresentedKey.RefuseElsewhere(request.Headers, target, presented!);
    }

    private async Task ForwardAsync(HttpContext context, Provider provider, bool isWebSocket, string target)
    {
        var forwarded = new ForwardedRequest(context, provider, target, time, reporter);
        var call = forwarded.Call;
        context.Features.Set(forwarded);

        try
        {
            forwarded.AttachBody();
            if (!isWebSocket && forwarder is LeanForwarder lean && LeanForwarder.IsPlain(context.Request))
            {
                // NOTE: the rest of YARP's pipeline would do nothing for it but count.
                await lean.ForwardAsync(context, forwarded, context.GetReverseProxyFeature().Cluster.Config.HttpRequest!);
            }
            else
            {
                if (isWebSocket && clusters.TryGetCluster(ProviderRoutes.WebSocketClusterOf(provider), out var cluster))
                {
                    context.ReassignProxyRequest(cluster);
                }

                await next(context);
            }

            await FinishAsync(context, provider, call);
        }
        catch (Exception exception)
        {
            await faults.HandleAsync(context, exception, provider.Kind.ErrorRenderer);
        }
        finally
        {
            // :: Step 7: Settle. The body's memory, the place, the clock and the count.
            await call.EndBodyAsync();
            call.End();
            forwarded.ReleaseBody();
            drain.Leave();
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

        call.Fail(CallOutcome.Unreachable, NoResponse);
        return call.Error is { } error
            ? ErrorResponse.WriteAsync(context, error, provider.Kind.ErrorRenderer)
            : Task.CompletedTask;
    }

    private Task RefuseAsync(HttpContext context, Provider provider, GatewayError error)
    {
        reporter.Refused(provider);
        return ErrorResponse.WriteAsync(context, error, provider.Kind.ErrorRenderer);
    }
}
