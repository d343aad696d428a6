using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Health;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Admin;

/// <summary>Lets nobody but who has the admin token, or signed in with it, to the admin API and the dashboard. <c>Gateway:Admin:AllowedNetworks</c> does not open it.</summary>
internal sealed class AdminGuard(IAdminAccessSource admin, IForwardingSettingsSource settings, SessionCookie session, AdminAttempts attempts)
{
    private static readonly IReadOnlyList<(string, string)> Challenge = [("WWW-Authenticate", "Bearer")];

    private static readonly AdminProblem Off = new(StatusCodes.Status404NotFound, ErrorCode.NotFound, "There is nothing here.");

    public static readonly AdminProblem Missing = new(StatusCodes.Status401Unauthorized, ErrorCode.InvalidKey, "This needs the admin token: Authorization: Bearer TOKEN.")
    {
        Fields = Challenge,
    };

    private static readonly AdminProblem Wrong = new(StatusCodes.Status401Unauthorized, ErrorCode.InvalidKey, "This is not the admin token.")
    {
        Fields = Challenge,
    };

    private static readonly AdminProblem Ended = new(StatusCodes.Status401Unauthorized, ErrorCode.InvalidKey, "This session has ended; sign in again, at /dashboard/.")
    {
        Fields = Challenge,
    };

    private static readonly AdminProblem WithoutCsrf = new(
        StatusCodes.Status403Forbidden, ErrorCode.InvalidRequest, $"Calls of a session need '{SessionCookie.CsrfField}', with the value that signing in gave.");

    /// <summary>Whether there is an admin token at all.</summary>
    /// <returns>Why the request is refused; null if it is not.</returns>
    public AdminProblem? CheckIsOn() => admin.Admin.HasToken ? null : Off;

    /// <summary>Whether the request has the admin token, or belongs to one who signed in with it.</summary>
    /// <returns>Why the request is refused; null if it is not.</returns>
    public AdminProblem? Check(HttpContext context) => Check(context, isUse: true);

    /// <summary>Whether that holds still, of a request that was let in before. Asking is no use of the session, which may end meanwhile.</summary>
    /// <returns>Why the request is refused; null if it is not.</returns>
    public AdminProblem? CheckAgain(HttpContext context) => Check(context, isUse: false);

    private AdminProblem? Check(HttpContext context, bool isUse)
    {
        var access = admin.Admin;
        if (!access.HasToken)
        {
            return Off;
        }

        // One without a token is no attempt.
        var authorization = context.Request.Headers.Authorization.ToString();
        return authorization.Length > 0 ? Try(context, () => access.Accepts(authorization)) : CheckSession(context, isUse);
    }

    /// <summary>Whether a token is the admin token: an attempt, as any other.</summary>
    /// <returns>Why the request is refused; null if it is not.</returns>
    public AdminProblem? CheckToken(HttpContext context, AdminAccess access, string token) => Try(context, () => access.IsToken(token));

    private AdminProblem? CheckSession(HttpContext context, bool isUse)
    {
        if (session.Find(context, isUse) is not { } found)
        {
            return session.IsIn(context) ? Ended : Missing;
        }

        return SessionCookie.IsSafe(context.Request) || found.Accepts(context.Request.Headers[SessionCookie.CsrfField].ToString()) ? null : WithoutCsrf;
    }

    private AdminProblem? Try(HttpContext context, Func<bool> accepts)
    {
        if (attempts.Try(ClientAddress.Of(context, settings.Forwarding.TrustedProxies), accepts, out var retryAfter))
        {
            return null;
        }

        return retryAfter == TimeSpan.Zero ? Wrong : AdminProblem.Of(AdminAttempts.TooMany(retryAfter));
    }
}
