namespace UltraAI.Gateway.Configuration;

/// <summary>The options of the command line that are ASP.NET Core's, and what is meant by one that nobody knows.</summary>
internal static class AspNetCoreOptions
{
    // https://learn.microsoft.com/aspnet/core/fundamentals/host/web-host#host-configuration-values
    private static readonly string[] Names =
    [
        "urls", "http_ports", "https_ports", "AllowedHosts", "environment", "contentRoot", "webRoot", "applicationName", "shutdownTimeoutSeconds", "preferHostingUrls",
        "detailedErrors", "captureStartupErrors", "suppressStatusMessages", "hostingStartupAssemblies", "hostingStartupExcludeAssemblies", "preventHostingStartup", "startupAssembly",
    ];

    // OpenTelemetry reads its variables from the command line as well.
    private static readonly string[] Prefixes = ["Kestrel:", "Logging:", "OTEL_"];
    private static readonly string[] Sections = ["Gateway", "Kestrel", "Logging"];

    public static bool Contains(string name) =>
        Names.Contains(name, StringComparer.OrdinalIgnoreCase)
        || Prefixes.Any(prefix => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <param name="name">An option that is not known.</param>
    /// <param name="others">Options that are known besides these.</param>
    /// <returns>The one that it was probably meant to be; null if none is near.</returns>
    public static string? Nearest(string name, params string[] others)
    {
        // A path as the environment has it.
        name = name.Replace("__", ":", StringComparison.Ordinal);
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var (head, rest) = colon < 0 ? (name, "") : (name[..colon], name[colon..]);
        var nearest = (colon < 0 ? [.. others, .. Names] : Sections).MinBy(known => Distance(head, known))!;

        // Two slips, but no more than one in three letters.
        return Distance(head, nearest) <= Math.Min(2, nearest.Length / 3) ? nearest + rest : null;
    }

    // Letters that have to be put in, taken out or changed (Levenshtein), upper and lower case alike.
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 0; i < one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 0; j < other.Length; j++)
            {
                var changed = diagonal + (char.ToLowerInvariant(one[i]) == char.ToLowerInvariant(other[j]) ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(changed, Math.Min(row[j], diagonal) + 1);
            }
        }

        return row[other.Length];
    }
}
