using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Takes out of a request what must not go on, and refuses what must not begin.</summary>
internal static class RequestPreparation
{
    private static readonly GatewayError NavigationRefused = new(
        ErrorCode.NavigationRefused,
        "A browser may not show a provider's answer as a page of this gateway (Sec-Fetch-Mode, Sec-Fetch-Dest). Call it from code.");

    private static readonly GatewayError MethodRefused = new(
        ErrorCode.InvalidRequest,
        "TRACE and CONNECT don't go to a provider: its answer would show the credential, or tunnel past the gateway.");

    private static readonly GatewayError MethodInOtherLetters = new(
        ErrorCode.InvalidRequest,
        "Methods are case-sensitive (RFC 9110, 9.1): this one must be in capitals.");

    /// <returns>Why the request may not go on, whoever sent it; null if it may.</returns>
    public static GatewayError? Refuse(HttpContext context, bool isWebSocket)
    {
        var request = context.Request;
        if (IsNavigation(request.Headers))
        {
            return NavigationRefused;
        }

        if (HttpMethods.IsTrace(request.Method) || (HttpMethods.IsConnect(request.Method) && !isWebSocket))
        {
            return MethodRefused;
        }

        if (request.Headers.Upgrade.Count > 0 && !isWebSocket)
        {
            // An offer that the provider does not get. YARP would make a GET of anything that offers a WebSocket.
            request.Headers.Upgrade = StringValues.Empty;
        }

        return null;
    }

    /// <summary>Refuses <c>post</c>, which is another method than POST to whatever is decided by the method, but which the handler would send as POST.</summary>
    public static GatewayError? RefuseMethod(string method) => HttpMethod.Parse(method).Method == method ? null : MethodInOtherLetters;

    /// <summary>Looks for the key in what is left of a request, and for fields that could set another model: one pass for both questions.</summary>
    /// <param name="headers">The request's fields.</param>
    /// <param name="target">The provider's request target.</param>
    /// <param name="presented">The key, as it was presented.</param>
    /// <param name="key">The key, which is known and enabled.</param>
    /// <param name="fault">For <see cref="ModelPolicy.Check"/>; null where nothing is wrong, or the key has no Models.</param>
    /// <returns>Why the request may not go on, because of the key; null if it may.</returns>
    public static GatewayError? RefuseFields(IHeaderDictionary headers, string target, string presented, VirtualKey key, out string? fault)
    {
        fault = null;
        if (PresentedKey.RefuseElsewhere(target, presented) is { } misplaced)
        {
            return misplaced;
        }

        foreach (var (name, values) in headers)
        {
            if (PresentedKey.RefuseElsewhere(values, presented) is { } refusal)
            {
                return refusal;
            }

            if (key.ModelScope is not null)
            {
                fault ??= RequestShape.OverrideIn(name);
            }
        }

        return null;
    }

    /// <summary>A hand-shake: GET with <c>Upgrade: websocket</c>, or over HTTP/2 an extended CONNECT for it (RFC 8441).</summary>
    public static bool IsWebSocket(HttpContext context)
    {
        var upgrade = context.Request.Headers.Upgrade;
        return upgrade.Count == 0
            ? HttpMethods.IsConnect(context.Request.Method)
                && context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" }
            : Equals(upgrade, "websocket") && HttpMethods.IsGet(context.Request.Method)
                && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true };
    }

    /// <summary>Whether a browser wants to show or run the answer: provider-made HTML must not run on the dashboard's origin.</summary>
    private static bool IsNavigation(IHeaderDictionary headers)
    {
        if (headers.TryGetValue("Sec-Fetch-Mode", out var mode) && Equals(mode, "navigate"))
        {
            return true;
        }

        return headers.TryGetValue("Sec-Fetch-Dest", out var destination)
            && !Equals(destination, "empty") && !Equals(destination, "websocket");
    }

    /// <summary>Removes the client's cookies, which belong to the gateway's origin, and the fields that its Connection field names.</summary>
    public static void RemoveHopByHop(IHeaderDictionary headers)
    {
        headers.Cookie = StringValues.Empty;

        // Only a run of /ultra says these.
        headers.Remove("x-ultraai-call");
        headers.Remove("x-ultraai-depth");
        if (headers.TransferEncoding.Count > 0)
        {
            // Kestrel renames a Content-Length that stands beside Transfer-Encoding, which overrides it (RFC 9112, 6.3).
            headers.Remove("X-Content-Length");
        }

        var connection = headers.Connection;
        if (connection.Count == 0)
        {
            return;
        }

        foreach (var value in connection)
        {
            var options = value.AsSpan();
            foreach (var range in options.Split(','))
            {
                var option = options[range].Trim();
                if (option.Length > 0 && !IsKnownOption(option))
                {
                    headers.Remove(option.ToString());
                }
            }
        }
    }

    /// <summary>Options that name no field, or one that is dealt with elsewhere.</summary>
    public static bool IsKnownOption(ReadOnlySpan<char> option) =>
        option.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
        || option.Equals("close", StringComparison.OrdinalIgnoreCase)
        || option.Equals("upgrade", StringComparison.OrdinalIgnoreCase);

    private static bool Equals(StringValues values, string expected) =>
        values.Count == 1 && string.Equals(values[0]?.Trim(), expected, StringComparison.OrdinalIgnoreCase);
}
