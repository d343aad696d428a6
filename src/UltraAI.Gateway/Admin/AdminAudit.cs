using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Forwarding;

namespace UltraAI.Gateway.Admin;

/// <summary>One log line for each change, and for signing in and out: from where, what, and which key. Never a secret, never a value.</summary>
internal sealed partial class AdminAudit(IForwardingSettingsSource settings, ILogger<AdminAudit> logger)
{
    public void Created(HttpContext context, string key) => LogCreated(key, ClientOf(context), RequestOf(context));

    public void Changed(HttpContext context, string key, IReadOnlyList<string> properties) =>
        LogChanged(key, string.Join(", ", properties), ClientOf(context), RequestOf(context));

    public void Rotated(HttpContext context, string key, TimeSpan grace) => LogRotated(key, grace, ClientOf(context), RequestOf(context));

    public void Deleted(HttpContext context, string key) => LogDeleted(key, ClientOf(context), RequestOf(context));

    public void SignedIn(HttpContext context) => LogSignedIn(ClientOf(context), RequestOf(context));

    public void SignedOut(HttpContext context) => LogSignedOut(ClientOf(context), RequestOf(context));

    private string ClientOf(HttpContext context) => ClientAddress.Of(context, settings.Forwarding.TrustedProxies)?.ToString() ?? "unknown";

    private static string RequestOf(HttpContext context) => context.Response.Headers[ErrorResponse.RequestIdField].ToString();

    [LoggerMessage(LogLevel.Information, "Virtual key '{Key}' was created by {Client} (request {RequestId})", EventName = "AdminKeyCreated")]
    private partial void LogCreated(string key, string client, string requestId);

    [LoggerMessage(LogLevel.Information, "Virtual key '{Key}' was changed ({Properties}) by {Client} (request {RequestId})", EventName = "AdminKeyChanged")]
    private partial void LogChanged(string key, string properties, string client, string requestId);

    [LoggerMessage(LogLevel.Information, "Virtual key '{Key}' was rotated, the old one works for another {Grace}, by {Client} (request {RequestId})", EventName = "AdminKeyRotated")]
    private partial void LogRotated(string key, TimeSpan grace, string client, string requestId);

    [LoggerMessage(LogLevel.Information, "Virtual key '{Key}' was deleted by {Client} (request {RequestId})", EventName = "AdminKeyDeleted")]
    private partial void LogDeleted(string key, string client, string requestId);

    [LoggerMessage(LogLevel.Information, "An operator signed in to the dashboard from {Client} (request {RequestId})", EventName = "AdminSignedIn")]
    private partial void LogSignedIn(string client, string requestId);

    [LoggerMessage(LogLevel.Information, "An operator signed out of the dashboard from {Client} (request {RequestId})", EventName = "AdminSignedOut")]
    private partial void LogSignedOut(string client, string requestId);
}
