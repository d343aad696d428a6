using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Telemetry.Hot;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Shards;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Forwarder;

namespace UltraAI.Gateway.Forwarding;

/// <summary>What happens on every provider's route, but for the attempts: steps 1 to 3 of a request, and its end.</summary>
internal sealed class ForwardingHandler(
    IVirtualKeySource keys,
    KeyUses uses,
    IForwardingSettingsSource settings,
    IProxyStateLookup clusters,
    TransportOptions transport,
    AdmissionControl admissions,
    Settlement settlement,
    HeldBodies held,
    LeanForwarder lean,
    DrainState drain,
    CallReporter reporter,
    CallContent contents,
    AccessLog log,
    ServerRequests requests,
    FaultHandler faults,
    TimeProvider time)
{
    private static readonly GatewayError NoResponse = new(ErrorCode.UpstreamUnreachable, "The provider's answer could not be passed on.");

    private static readonly GatewayError Draining = new(ErrorCode.Draining, "This gateway is shutting down; try again, on another instance.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    private readonly RequestLines _lines = new();

    // One async method per request: each more costs an allocation and a continuation.

    /// <summary>Handles a request to a provider's route.</summary>
    /// <param name="context">The request.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="yarp">The rest of YARP's pipeline, for what is not plain; null if the request is known to be.</param>
    public Task HandleAsync(HttpContext context, Provider provider, RequestDelegate? yarp)
    {
        // What comes by YARP's pipeline is timed and logged there.
        ServerRequests.Running? running = yarp is null ? requests.Start(context) : null;
        if (!drain.TryEnter())
        {
            return EndAsync(context, provider, running, RefuseAsync(context, provider, Draining));
        }

        var isForwarded = false;
        try
        {
            var isWebSocket = RequestPreparation.IsWebSocket(context);
            var refusal = Identify(context, provider, isWebSocket, out var line, out var key, out var fieldFault);
            if (refusal is not null)
            {
                return EndAsync(context, provider, running, RefuseAsync(context, provider, refusal, key));
            }

            isForwarded = true;
            return ForwardAsync(context, line, key!, fieldFault, isWebSocket, yarp, running);
        }
        catch (Exception exception)
        {
            return EndAsync(context, provider, running, faults.HandleAsync(context, exception, provider.Kind.ErrorRenderer));
        }
        finally
        {
            if (!isForwarded)
            {
                drain.Leave();
            }
        }
    }

    /// <summary>Who calls, and may this key be used for this at all?</summary>
    private GatewayError? Identify(HttpContext context, Provider provider, bool isWebSocket, out RequestLine line, out VirtualKey? key, out string? fieldFault)
    {
        var request = context.Request;
        var rawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        line = _lines.Of(provider, MethodOf(request, isWebSocket), rawTarget);
        key = null;
        fieldFault = null;

        // Before any field is removed: the client's Connection field must not take X-Forwarded-For away.
        var client = ClientAddress.Of(context, settings.Forwarding.TrustedProxies);
        if (RequestPreparation.Refuse(context, isWebSocket) is { } refusal)
        {
            return refusal;
        }

        RequestPreparation.RemoveHopByHop(request.Headers);

        // :: Step 1: Identify the virtual key. From here on the request holds no credential of any kind.
        var table = keys.VirtualKeys;
        var target = line.Target;
        var connection = context.Features.Get<ConnectionKey>();
        var error = PresentedKey.Take(request.Headers, provider.Kind, connection, ref target, out var presented);
        if (error is not null)
        {
            return error;
        }

        if (!ReferenceEquals(target, line.Target))
        {
            line = new RequestLine(provider, line.Method, target);
        }

        if (!provider.Kind.TakesKeyFromQuery && QueryKey.HoldsVirtualKey(target, table))
        {
            return new GatewayError(ErrorCode.InvalidKey, "The virtual key must not stand in the URL of this provider's route: it would reach the provider.");
        }

        key = connection is null ? table.Find(presented) : connection.Find(table, presented!);
        error = AccessPolicy.Check(key, line, request.Headers, client, time)
            ?? RequestPreparation.RefuseMethod(request.Method)
            ?? RequestPreparation.RefuseFields(request.Headers, target, presented!, key!, out fieldFault);
        if (error is null)
        {
            _lines.Keep(rawTarget, line);
        }

        return error;
    }

    private async Task ForwardAsync(
        HttpContext context, RequestLine line, VirtualKey key, string? fieldFault, bool isWebSocket, RequestDelegate? yarp, ServerRequests.Running? running)
    {
        var provider = line.Provider;
        var body = new ClientBody(context, held, settings.Forwarding.Inspection, transport.Timeout, time);
        ForwardedRequest? forwarded = null;
        try
        {
            // :: Step 2: Inspect: which model, how much
            var refusal = await body.LookAsync(RequestReading.DemandOf(key, line, context.Request));
            var facts = refusal is null ? RequestReading.Read(context.Request, line, body) : null;
            refusal ??= ModelPolicy.Check(key, line, context.Request.Headers, fieldFault, isWebSocket, facts!);
            if (refusal is not null)
            {
                await RefuseAsync(context, provider, refusal, key);
                return;
            }

            // :: Step 3: Admit, or take nothing
            var isRead = !isWebSocket && (HttpMethods.IsGet(line.Method) || HttpMethods.IsHead(line.Method));
            var decision = await admissions.AdmitAsync(key, provider, facts!, isRead, isWebSocket);
            RateLimitFields.Write(context.Response.Headers, decision.Admission.Limits);
            if (decision.Refusal is not null)
            {
                await RefuseAsync(context, provider, decision.Refusal, key, facts!.Model);
                return;
            }

            using var use = isWebSocket ? uses.Begin(key, context.Abort) : null;
            forwarded = new ForwardedRequest(context, body, line.Target, decision.Admission, settlement, time, reporter);
            if (yarp is not null)
            {
                context.Features.Set(forwarded);
            }

            // A connection whose answers arrive on this thread: the call need never leave it.
            forwarded.Call.WantedShard = SocketThreads.Current - 1;
            forwarded.AttachBody(RequestReading.WithUsageRequest(key, provider, facts!, body));
            if (contents.IsOn)
            {
                contents.Begin(forwarded.Call, key.Name, context.Response.Headers[ErrorResponse.RequestIdField]);
            }

            if (yarp is null || (!isWebSocket && LeanForwarder.IsPlain(context.Request)))
            {
                HttpResponseMessage? response = null;
                try
                {
                    response = await lean.SendAsync(context, forwarded);
                }
                catch (Exception exception)
                {
                    LeanForwarder.Fail(context, ForwarderError.Request, exception);
                }

                if (response is not null && await lean.PassOnAsync(context, forwarded, response))
                {
                    return;
                }
            }
            else
            {
                if (isWebSocket && clusters.TryGetCluster(ProviderRoutes.WebSocketClusterOf(provider), out var cluster))
                {
                    context.ReassignProxyRequest(cluster);
                }

                await yarp(context);
            }

            await FinishAsync(context, provider, forwarded.Call);
        }
        catch (Exception exception)
        {
            if (forwarded is null)
            {
                // Its body could not be read to where it had to be. A reset is seen there before the request is told that it was aborted.
                var isGone = context.RequestAborted.IsCancellationRequested || exception is ConnectionResetException;
                reporter.NotCalled(provider, isGone ? CallOutcome.Cancelled : CallOutcome.Refused);
            }

            await faults.HandleAsync(context, exception, provider.Kind.ErrorRenderer);
        }
        finally
        {
            // :: Step 7: Settle. The body's memory, the place, the clock, the count, the limits, the money.
            if (forwarded is not null)
            {
                await forwarded.Call.EndBodyAsync();
                forwarded.Call.End();
                forwarded.Settle();
            }

            body.Release();
            End(context, provider, running, forwarded);
            drain.Leave();
        }
    }

    private async Task EndAsync(HttpContext context, Provider provider, ServerRequests.Running? running, Task answered)
    {
        try
        {
            await answered;
        }
        finally
        {
            // Its client may have left before the answer could be written.
            End(context, provider, running, forwarded: null);
        }
    }

    private void End(HttpContext context, Provider provider, ServerRequests.Running? running, ForwardedRequest? forwarded)
    {
        if (running is not { } own)
        {
            return;
        }

        var ended = time.GetTimestamp();
        if (log.IsOn)
        {
            log.WriteEnd(context, provider, time.GetUtcNow(), time.GetElapsedTime(own.Began, ended), forwarded);
        }

        requests.End(context, own, provider.Route, timestamp: ended);
    }

    // Over HTTP/2 a WebSocket's hand-shake is a CONNECT.
    private static string MethodOf(HttpRequest request, bool isWebSocket) => isWebSocket ? HttpMethods.Get : request.Method;

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

    private Task RefuseAsync(HttpContext context, Provider provider, GatewayError error, VirtualKey? key = null, string? model = null)
    {
        var outcome = error.Code == ErrorCode.ClientTimeout ? CallOutcome.ClientTimeout : CallOutcome.Refused;
        reporter.NotCalled(provider, outcome);
        if (log.IsOn)
        {
            var entry = AccessEntry.Of(context);
            if (entry is null)
            {
                context.Features.Set(entry = new AccessEntry());
            }

            (entry.Provider, entry.Key, entry.Model, entry.Outcome) = (provider.Name, key?.Name, model, TransportMetrics.NameOf(outcome));
        }

        return ErrorResponse.WriteAsync(context, error, provider.Kind.ErrorRenderer);
    }
}
