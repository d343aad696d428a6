namespace UltraAI.Gateway.Telemetry.Hot;

/// <summary>Values of tags as the runtime's own instruments for HTTP have them.</summary>
internal static class HttpTags
{
    /// <summary>Clients may invent methods, and labels are bounded.</summary>
    public static string MethodOf(string method) =>
        method is "GET" or "POST" or "PUT" or "DELETE" or "HEAD" or "OPTIONS" or "PATCH" or "TRACE" or "CONNECT" ? method : "_OTHER";
}
