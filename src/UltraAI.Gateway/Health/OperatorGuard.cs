using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Health;

/// <summary>Marks an endpoint that needs the admin token, a session of the dashboard, a client in <c>Gateway:Admin:AllowedNetworks</c>, or <c>Gateway:Admin:Port</c>.</summary>
internal sealed class OperatorOnly
{
    public static readonly OperatorOnly Instance = new();
}

/// <summary>Refuses whoever is not an operator on endpoints marked with <see cref="OperatorOnly"/>.</summary>
internal sealed class OperatorGuard(RequestDelegate next, IAdminAccessSource admin, IForwardingSettingsSource settings, SessionCookie session, AdminAttempts attempts, AdminPortNumber adminPort, IErrorRenderer renderer)
{
    private static readonly GatewayError Refused = new(
        ErrorCode.NetworkNotAllowed,
        "This needs the admin token (Authorization: Bearer), or an address in Gateway:Admin:AllowedNetworks.");

    private static readonly GatewayError SessionEnded = new(ErrorCode.InvalidKey, "This session has ended; sign in again, at /dashboard/.");

    private static readonly GatewayError WrongToken = new(ErrorCode.InvalidKey, "This is not the admin token.");

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<OperatorOnly>() is null)
        {
            return next(context);
        }

        return Check(context) is { } refusal ? ErrorResponse.WriteAsync(context, refusal, renderer) : next(context);
    }

    private GatewayError? Check(HttpContext context)
    {
        var access = admin.Admin;
        var client = ClientAddress.Of(context, settings.Forwarding.TrustedProxies);

        // The dashboard asks again and again by itself, which is no use of the session.
        if ((adminPort.Value is { } port && AdminPort.IsMadeTo(context, port))
            || ClientAddress.IsIn(client, access.AllowedNetworks)
            || (SessionCookie.IsSafe(context.Request) && session.Find(context, isUse: false) is not null))
        {
            return null;
        }

        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.Length == 0)
        {
            return session.IsIn(context) ? SessionEnded : Refused;
        }

        // Without a token there is nothing to guess.
        if (!access.HasToken)
        {
            return WrongToken;
        }

        return attempts.Try(client, () => access.Accepts(authorization), out var retryAfter) ? null
            : retryAfter == TimeSpan.Zero ? WrongToken
            : AdminAttempts.TooMany(retryAfter);
    }
}
