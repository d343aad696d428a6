namespace UltraAI.Gateway.Configuration;

/// <summary>The command line, sorted: configuration files, single values of ours, and what is left for ASP.NET Core.</summary>
internal sealed class GatewayArguments
{
    private const string Config = "config";

    public IReadOnlyList<string> Files { get; private init; } = [];

    public IReadOnlyList<(string[] Path, string Value)> Overrides { get; private init; } = [];

    public string[] HostArguments { get; private init; } = [];

    /// <summary>Reads <c>--config FILE</c>, <c>--Gateway:PATH=VALUE</c> and <c>--KEY VALUE</c>, with a space or an equals sign between.</summary>
    /// <exception cref="ConfigurationException">Something else stands there.</exception>
    public static GatewayArguments Parse(IReadOnlyList<string> args)
    {
        var files = new List<string>();
        var overrides = new List<(string[], string)>();
        var host = new List<string>();
        var errors = new ConfigurationErrors();
        for (var i = 0; i < args.Count; i++)
        {
            if (!IsOption(args[i]))
            {
                errors.Add(args[i], "is not a command, nor an option; see --help.");
                continue;
            }

            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i][2..] : args[i][2..equals];
            var path = name.Split(':');
            var isOurs = PathOverrides.IsOurs(path);
            if (name != Config && !isOurs && !AspNetCoreOptions.Contains(name))
            {
                errors.Add("--" + name, AspNetCoreOptions.Nearest(name, Config) is { } nearest ? $"is not an option; did you mean --{nearest}?" : "is not an option; see --help.");
                i += equals < 0 && i + 1 < args.Count && !IsOption(args[i + 1]) ? 1 : 0;
                continue;
            }

            var value = equals >= 0 ? args[i][(equals + 1)..] : i + 1 < args.Count ? args[++i] : null;
            if (value is null)
            {
                errors.Add("--" + name, "needs a value.");
            }
            else if (name == Config)
            {
                files.Add(value);
            }
            else if (isOurs)
            {
                overrides.Add((path, value));
            }
            else
            {
                host.Add($"--{name}={value}");
            }
        }

        return errors.Any
            ? throw new ConfigurationException(errors.All)
            : new GatewayArguments { Files = files, Overrides = overrides, HostArguments = [.. host] };
    }

    private static bool IsOption(string arg) => arg.StartsWith("--", StringComparison.Ordinal) && arg.Length > 2;
}
