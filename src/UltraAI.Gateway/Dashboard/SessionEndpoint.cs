using UltraAI.Gateway.Admin;
using UltraAI.Gateway.Health;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Dashboard;

/// <summary><c>/dashboard/session</c>: signing in with the admin token, and out.</summary>
/// <remarks>
/// The token is in no cookie, URL or storage of the browser: it is exchanged for a session. A page of another origin can't sign anybody in,
/// since a body of JSON is nothing that it may send without being asked.
/// </remarks>
internal sealed class SessionEndpoint(AdminGuard guard, IAdminAccessSource admin, AdminSessions sessions, SessionCookie cookie, AdminAudit audit, TimeProvider time)
{
    public async Task BeginAsync(HttpContext context)
    {
        var faults = new AdminFaults();
        var body = new ObjectReader(await AdminBody.ReadAsync(context, time, AdminBody.Json), "#", faults);
        if (body.Text("token") is not { } token)
        {
            body.Fault("token", "must be the admin token.");
            token = "";
        }

        body.RefuseOthers();
        faults.ThrowIfAny();

        var access = admin.Admin;
        if (guard.CheckToken(context, access, token) is { } refusal)
        {
            await refusal.WriteAsync(context);
            return;
        }

        // Whoever signs in again needs the session before no more.
        cookie.EndSession(context);
        var session = sessions.Begin(access, out var id);
        cookie.Set(context, id);
        audit.SignedIn(context);
        await WriteAsync(context, session);
    }

    public Task ShowAsync(HttpContext context) => cookie.Find(context) is { } session ? WriteAsync(context, session) : AdminGuard.Missing.WriteAsync(context);

    public Task EndAsync(HttpContext context)
    {
        cookie.EndSession(context);
        cookie.Delete(context);
        audit.SignedOut(context);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static Task WriteAsync(HttpContext context, AdminSession session) => AdminResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartObject();
        json.WriteString("csrf", session.Csrf);
        json.WriteEndObject();
    });
}
