using System.Globalization;
using System.Text;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>The bytes of requests. Fields are given as whole lines; Host is added, and the virtual key unless told otherwise.</summary>
internal static class Request
{
    /// <summary>What clients put into Host; nothing may depend on it but rewritten URLs.</summary>
    public const string Host = "gateway.test:8080";

    public const string Authorization = $"Authorization: Bearer {GatewayEnvironment.VirtualKey}";

    public static string Get(string target, params string[] fields) => Send("GET", target, [Authorization, .. fields]);

    public static string Post(string target, string body, params string[] fields) =>
        Send("POST", target, [Authorization, "Content-Type: application/json", .. fields], body);

    /// <summary>A request that carries only what is given.</summary>
    public static string Send(string method, string target, string[] fields, string? body = null)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\nHost: {Host}\r\n");
        foreach (var field in fields)
        {
            text.Append(field).Append("\r\n");
        }

        if (body is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }

        return text.Append("\r\n").Append(body).ToString();
    }
}
