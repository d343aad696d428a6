namespace UltraAI.Gateway.Configuration;

/// <summary>The command line, sorted: configuration files, single values of ours, and what is left for ASP.NET Core.</summary>
internal sealed class GatewayArguments
{
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
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || args[i].Length == 2)
            {
                errors.Add(args[i], "is not a command, nor an option; see --help.");
                continue;
            }

            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i][2..] : args[i][2..equals];
            var value = equals >= 0 ? args[i][(equals + 1)..] : i + 1 < args.Count ? args[++i] : null;
            if (value is null)
            {
                errors.Add("--" + name, "needs a value.");
            }
            else if (name == "config")
            {
                files.Add(value);
            }
            else if (name.Split(':') is var path && PathOverrides.IsOurs(path))
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
}
