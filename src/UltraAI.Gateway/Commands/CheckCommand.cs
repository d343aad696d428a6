using UltraAI.Gateway.Configuration;

namespace UltraAI.Gateway.Commands;

/// <summary><c>check --config FILE</c></summary>
internal static class CheckCommand
{
    /// <exception cref="ConfigurationException">The configuration has faults.</exception>
    public static int Run(string[] args)
    {
        var configuration = new ConfigurationLoader(GatewayArguments.Parse(args)).Load();
        Console.WriteLine($"The configuration is valid: {configuration.Providers.All.Count()} providers, {configuration.VirtualKeys.Count} virtual keys.");
        foreach (var (provider, variable) in configuration.Off)
        {
            Console.WriteLine($"Provider '{provider}' is off: {variable} is not set.");
        }

        if (configuration.Store.UnusedRedis is { } unused)
        {
            Console.WriteLine($"Gateway:Store:{unused} is not used: Gateway:Store:Kind is Embedded, so nothing is shared with other instances.");
        }

        return 0;
    }
}
