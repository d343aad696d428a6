using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A browser that signed in to the dashboard.</summary>
internal sealed class DashboardClient
{
    private readonly GatewayEnvironment _gateway;

    private DashboardClient(GatewayEnvironment gateway, RawResponse signedIn)
    {
        _gateway = gateway;
        SignedIn = signedIn;
        Cookie = "Cookie: " + signedIn["Set-Cookie"]!.Split(';')[0];
        Csrf = "x-ultraai-csrf: " + signedIn.Json().GetProperty("csrf").GetString();
    }

    public RawResponse SignedIn { get; }

    /// <summary>The field that a browser sends by itself.</summary>
    public string Cookie { get; }

    /// <summary>The field that the pages send with what changes something.</summary>
    public string Csrf { get; }

    public static Task<RawResponse> TrySignInAsync(GatewayEnvironment gateway, string token = GatewayEnvironment.AdminToken, params string[] fields) =>
        gateway.SendAsync(Request.Send("POST", "/dashboard/session", ["Content-Type: application/json", .. fields], $$"""{"token":"{{token}}"}"""));

    public static async Task<DashboardClient> SignInAsync(GatewayEnvironment gateway, params string[] fields)
    {
        var answer = await TrySignInAsync(gateway, GatewayEnvironment.AdminToken, fields);
        Assert.True(answer.Status == 200, answer.Everything);
        return new DashboardClient(gateway, answer);
    }

    public Task<RawResponse> GetAsync(string target, params string[] fields) => _gateway.SendAsync(Request.Send("GET", target, [Cookie, .. fields]));

    public Task<RawResponse> SendAsync(string method, string target, string? body = null, params string[] fields) =>
        _gateway.SendAsync(Request.Send(method, target, body is null ? [Cookie, Csrf, .. fields] : [Cookie, Csrf, "Content-Type: application/json", .. fields], body));
}
