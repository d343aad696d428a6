using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Admin;

/// <summary>Lets nobody but who has the admin token to the admin API. <c>Gateway:Admin:AllowedNetworks</c> does not open it.</summary>
internal sealed class AdminGuard(IAdminAccessSource admin, IForwardingSettingsSource settings, AdminAttempts attempts)
{
    private static readonly IReadOnlyList<(string, string)> Challenge = [("WWW-Authenticate", "Bearer")];

    private static readonly AdminProblem Off = new(StatusCodes.Status404NotFound, ErrorCode.NotFound, "There is nothing here.");

    private static readonly AdminProblem Missing = new(StatusCodes.Status401Unauthorized, ErrorCode.InvalidKey, "This needs the admin token: Authorization: Bearer TOKEN.")
    {
        Fields = Challenge,
    };

    private static readonly AdminProblem Wrong = new(StatusCodes.Status401Unauthorized, ErrorCode.InvalidKey, "This is not the admin token.")
    {
        Fields = Challenge,
    };

    /// <returns>Why the request is refused; null if it is not.</returns>
    public AdminProblem? Check(HttpContext context)
    {
        var access = admin.Admin;
        if (!access.HasToken)
        {
            return Off;
        }

        // One without a token is no attempt.
        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.Length == 0)
        {
            return Missing;
        }

        if (attempts.Try(ClientAddress.Of(context, settings.Forwarding.TrustedProxies), () => access.Accepts(authorization), out var retryAfter))
        {
            return null;
        }

        return retryAfter == TimeSpan.Zero ? Wrong : AdminProblem.Of(new GatewayError(ErrorCode.RateLimited, "Too many wrong admin tokens came from this address.")
        {
            RetryAfter = retryAfter,
        });
    }
}
