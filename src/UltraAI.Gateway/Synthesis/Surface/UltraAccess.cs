using System.Net;
using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Runs;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>Stands before every endpoint of /ultra: draining, the virtual key, faults of our own, clients that stop reading. As passthrough does it.</summary>
internal sealed class UltraAccess(
    IVirtualKeySource keys, IForwardingSettingsSource settings, TransportOptions transport, DrainState drain, FaultHandler faults, IErrorRenderer renderer, TimeProvider time)
{
    private static readonly UltraError Draining = UltraError.Of(new GatewayError(ErrorCode.Draining, "This gateway is shutting down; try again, on another instance.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    });

    private static readonly UltraError Nested = UltraError.Invalid(
        "nested_ultra", $"This request comes out of a run of /ultra ({InnerCalls.DepthField}); runs don't call runs. Give the panel models, not presets of a gateway.");

    private static readonly UltraError KeyInUrl = UltraError.Of(new GatewayError(ErrorCode.InvalidKey, "The virtual key must not stand in the URL; it goes into the Authorization field."));

    /// <summary>For a client, who presents its virtual key.</summary>
    public RequestDelegate Guard(Func<HttpContext, VirtualKey, Task> handle) => Guard(handle, Identify);

    /// <summary>For an operator, who has been let in already and names a virtual key: <c>?key=NAME</c>.</summary>
    public RequestDelegate GuardNamed(Func<HttpContext, VirtualKey, Task> handle) => Guard(handle, IdentifyByName);

    private RequestDelegate Guard(Func<HttpContext, VirtualKey, Task> handle, Identification identify) => async context =>
    {
        context.Response.Body = new ClientStream(context, context.Response.Body, transport.Timeout, time);
        if (!drain.TryEnter())
        {
            await UltraResponse.WriteAsync(context, Draining);
            return;
        }

        try
        {
            if (identify(context, out var key) is { } error)
            {
                await UltraResponse.WriteAsync(context, error);
                return;
            }

            if (AccessEntry.Of(context) is { } entry)
            {
                (entry.Provider, entry.Key) = ("ultra", key!.Name);
            }

            await handle(context, key!);
        }
        catch (Exception exception)
        {
            await faults.HandleAsync(context, exception, renderer);
        }
        finally
        {
            drain.Leave();
        }
    };

    private UltraError? Identify(HttpContext context, out VirtualKey? key)
    {
        key = null;
        if (Prepare(context, out var client) is { } refusal)
        {
            return refusal;
        }

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (PresentedKey.Take(context.Request.Headers, ProviderKinds.OpenAI, connection: null, ref target, out var presented) is { } error)
        {
            return UltraError.Of(error);
        }

        if (QueryKey.HoldsVirtualKey(target, keys.VirtualKeys))
        {
            return KeyInUrl;
        }

        key = keys.VirtualKeys.Find(presented);
        return Check(client, key);
    }

    private UltraError? IdentifyByName(HttpContext context, out VirtualKey? key)
    {
        key = null;
        if (Prepare(context, out var client) is { } refusal)
        {
            return refusal;
        }

        var name = context.Request.Query["key"].ToString();
        key = keys.VirtualKeys.FindByName(name);
        return key is null ? new UltraError(StatusCodes.Status404NotFound, "not_found", "There is no virtual key of the name that '?key=NAME' gives.") : Check(client, key);
    }

    private UltraError? Prepare(HttpContext context, out IPAddress? client)
    {
        // Before any field is removed: the client's Connection field must not take X-Forwarded-For away.
        client = ClientAddress.Of(context, settings.Forwarding.TrustedProxies);
        if (RequestPreparation.Refuse(context, isWebSocket: false) is { } refusal)
        {
            return UltraError.Of(refusal);
        }

        if (context.Request.Headers.ContainsKey(InnerCalls.DepthField))
        {
            return Nested;
        }

        RequestPreparation.RemoveHopByHop(context.Request.Headers);
        return null;
    }

    private UltraError? Check(IPAddress? client, VirtualKey? key) =>
        AccessPolicy.CheckKey(key, client, time) is { } denied ? UltraError.Of(denied) : null;

    private delegate UltraError? Identification(HttpContext context, out VirtualKey? key);
}
