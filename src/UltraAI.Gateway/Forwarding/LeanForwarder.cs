using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Transport;
using Yarp.ReverseProxy.Forwarder;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Forwards plain requests in YARP's place, at less cost; WebSockets and gRPC are left to YARP's own forwarder.</summary>
/// <remarks>
/// YARP's does much per request that the gateway does itself: a time-out, the copying of the request's body, telemetry, steps for
/// upgrades. What it does beyond that is done here, and in the same order; how a failure is reported too.
/// </remarks>
/// <param name="invoker">Makes the calls.</param>
/// <param name="fields">Copies the responses' fields.</param>
/// <param name="bodies">Looks at the bodies that are not passed on as they come.</param>
/// <param name="options">Which version of HTTP the calls are made with.</param>
internal sealed class LeanForwarder(ProviderInvoker invoker, ResponseFields fields, ResponseBodies bodies, TransportOptions options)
{
    private readonly Version _version = ProviderRoutes.VersionOf(options);

    // gRPC may need its response ended before its request is.
    public static bool IsPlain(HttpRequest request) =>
        request.Headers.Upgrade.Count == 0 && !HttpMethods.IsConnect(request.Method)
        && !(request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase));

    /// <summary>Makes the call. A failure is to be reported with <see cref="Fail"/>.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpContext context, ForwardedRequest forwarded) =>
        invoker.SendAsync(forwarded.Call, CreateRequest(context.Request, forwarded.Call), context.RequestAborted);

    /// <summary>Passes the provider's response on to the client.</summary>
    /// <returns>Whether all of it went; if not, why has been reported.</returns>
    public async ValueTask<bool> PassOnAsync(HttpContext context, ForwardedRequest forwarded, HttpResponseMessage response)
    {
        var call = forwarded.Call;
        try
        {
            if (call.RequestBody == RequestBodyState.Done)
            {
                forwarded.ReleaseBody();
            }

            CopyHead(context, response, call);
            if (MayNeedLook(response, forwarded))
            {
                response.Content = new ProviderContent(response.Content, call);
                if (!await bodies.ApplyAsync(context, response, forwarded))
                {
                    response.Dispose();
                    return true;
                }
            }
        }
        catch (Exception exception)
        {
            response.Dispose();
            Fail(context, ForwarderError.ResponseHeaders, exception);
            return false;
        }

        try
        {
            var content = await response.Content.ReadAsStreamAsync();
            await using var stream = content as ProviderStream ?? new ProviderStream(content, call);
            await BodyCopy.CopyAsync(stream, context.Response.Body, context.RequestAborted);
        }
        catch (Exception exception)
        {
            Fail(context, ForwarderError.ResponseBodyDestination, exception);
            return false;
        }

        if (!HttpProtocol.IsHttp11(context.Request.Protocol)
            && context.Features.Get<IHttpResponseTrailersFeature>() is { Trailers: { IsReadOnly: false } trailers })
        {
            ResponseFields.CopyTrailers(trailers, response, call);
        }

        return true;
    }

    /// <summary>Leaves the answer to whoever called, if there can be one; otherwise the client must not take what it has for the whole.</summary>
    public static void Fail(HttpContext context, ForwarderError error, Exception exception)
    {
        context.Features.Set<IForwarderErrorFeature>(new ForwarderFailure(error, exception));
        if (!context.Response.HasStarted)
        {
            ErrorResponse.ClearAllButOwn(context.Response);
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
        }
        else if (context.Features.Get<IHttpResetFeature>() is { } http2)
        {
            // RFC 9113, 7: CANCEL, INTERNAL_ERROR.
            http2.Reset(context.RequestAborted.IsCancellationRequested ? 8 : 2);
        }
        else
        {
            context.Abort();
        }
    }

    private ProviderRequest CreateRequest(HttpRequest source, ProviderCall call)
    {
        var request = new ProviderRequest(HttpMethod.Parse(source.Method), call)
        {
            Version = _version,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = invoker.ContentOf(call, fields: null),
        };
        RequestFields.Copy(source, request);
        return request;
    }

    private void CopyHead(HttpContext context, HttpResponseMessage source, ProviderCall call)
    {
        var status = (int)source.StatusCode;
        if (status == StatusCodes.Status101SwitchingProtocols)
        {
            throw new InvalidOperationException("The provider switched protocols, which nobody asked for.");
        }

        context.Response.StatusCode = status;
        if (source.ReasonPhrase != ReasonPhrases.GetReasonPhrase(status) && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = source.ReasonPhrase;
        }

        fields.Copy(context, source, call);
    }

    // The content is wrapped only where it is looked at: that costs a copy of its fields.
    private static bool MayNeedLook(HttpResponseMessage response, ForwardedRequest forwarded) =>
        (int)response.StatusCode >= 400 || forwarded.AsksForUsage
        || forwarded.Provider.LinkPropertyIn(forwarded.Call.Target) is not null;
}
