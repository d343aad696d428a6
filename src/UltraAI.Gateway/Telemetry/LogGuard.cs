namespace UltraAI.Gateway.Telemetry;

/// <summary>Keeps the categories whose finer lines carry whole URLs and request lines at Warning, whatever the configuration says.</summary>
/// <remarks>A URL may hold a key (Google's <c>?key=</c>), and no key may reach a log at any level.</remarks>
internal static class LogGuard
{
    private static readonly string[] Guarded = ["Microsoft.AspNetCore", "Yarp"];

    public static IServiceCollection AddLogGuard(this IServiceCollection services) => services.PostConfigure<LoggerFilterOptions>(options =>
    {
        var providers = options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToArray();
        for (var i = options.Rules.Count - 1; i >= 0; i--)
        {
            if (options.Rules[i] is { CategoryName: { } category, LogLevel: null or < LogLevel.Warning }
                && Array.Exists(Guarded, prefix => category.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                options.Rules.RemoveAt(i);
            }
        }

        foreach (var provider in providers)
        {
            foreach (var prefix in Guarded)
            {
                // A stricter rule for the same category stays the last word.
                if (!options.Rules.Any(rule => rule.ProviderName == provider && rule.CategoryName == prefix))
                {
                    options.Rules.Add(new LoggerFilterRule(provider, prefix, LogLevel.Warning, filter: null));
                }
            }

            // Hosting makes an Activity and a log scope per request as soon as this category is on at any level.
            options.Rules.Add(new LoggerFilterRule(provider, "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None, filter: null));
        }
    });
}
