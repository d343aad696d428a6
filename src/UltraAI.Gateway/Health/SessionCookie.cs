using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Health;

/// <summary>Carries a session of the dashboard between browser and gateway.</summary>
internal sealed class SessionCookie(AdminSessions sessions, IForwardingSettingsSource settings)
{
    /// <summary>The field that calls of a session carry, but those that only read.</summary>
    public const string CsrfField = "x-ultraai-csrf";

    private const string PlainName = "ultraai-session";

    // A browser takes a field of this name only over HTTPS, for this host alone: https://www.rfc-editor.org/rfc/rfc6265#section-4.1.2
    private const string SecureName = "__Host-" + PlainName;

    /// <summary>Whether the request brings a cookie, be it good or not.</summary>
    public bool IsIn(HttpContext context) => IdOf(context) is not null;

    /// <summary>The session that the request belongs to; null if it belongs to none, or comes from a page of another origin.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isUse">Whether it counts as use of the session.</param>
    public AdminSession? Find(HttpContext context, bool isUse = true) =>
        IsFromElsewhere(context.Request.Headers) ? null : sessions.Find(IdOf(context), isUse);

    public void Set(HttpContext context, string id) => context.Response.Cookies.Append(NameFor(context), id, OptionsFor(context));

    public void Delete(HttpContext context) => context.Response.Cookies.Delete(NameFor(context), OptionsFor(context));

    /// <summary>Ends the session that the request brings, if there is one.</summary>
    public void EndSession(HttpContext context)
    {
        if (IdOf(context) is { } id)
        {
            sessions.End(id);
        }
    }

    /// <summary>Whether a request changes nothing, and therefore needs no <see cref="CsrfField"/>.</summary>
    public static bool IsSafe(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    private string? IdOf(HttpContext context) => context.Request.Headers.Cookie.Count == 0 ? null : context.Request.Cookies[NameFor(context)];

    // Cookies don't look at the port, so a page of another server on this host has them sent, too. Browsers say so where the address is
    // HTTPS or loopback.
    private static bool IsFromElsewhere(IHeaderDictionary headers) =>
        headers.TryGetValue("Sec-Fetch-Site", out var site) && site.ToString() is not ("same-origin" or "none");

    private string NameFor(HttpContext context) => IsHttps(context) ? SecureName : PlainName;

    private CookieOptions OptionsFor(HttpContext context) => new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = IsHttps(context), Path = "/" };

    private bool IsHttps(HttpContext context)
    {
        if (context.Request.IsHttps)
        {
            return true;
        }

        var proxies = settings.Forwarding.TrustedProxies;
        return proxies.Count > 0
            && ClientAddress.IsIn(ClientAddress.PeerOf(context), proxies)
            && context.Request.Headers["X-Forwarded-Proto"].ToString().Equals("https", StringComparison.OrdinalIgnoreCase);
    }
}
