using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Synthesis.Presets;

namespace UltraAI.Gateway.Configuration;

/// <summary>Reads all sources into one tree, and the tree into a <see cref="GatewayConfiguration"/>.</summary>
internal sealed class ConfigurationLoader(GatewayArguments arguments)
{
    private readonly string[] _files = [.. arguments.Files.Select(Path.GetFullPath)];

    /// <summary>ASP.NET Core's own sections of the files, for its own configuration. Read at start only.</summary>
    public JsonObject HostSections { get; private set; } = JsonFile.NewObject();

    /// <summary>The files that the last attempt read, those of secrets included.</summary>
    public WatchedFiles Watched { get; private set; } = new();

    /// <exception cref="ConfigurationException">The configuration has faults; all of them are named.</exception>
    public GatewayConfiguration Load()
    {
        var errors = new ConfigurationErrors();
        Watched = new WatchedFiles();
        var root = ReadTree(errors);
        if (errors.Any && root["Gateway"] is null)
        {
            // No file could be read: what is missing because of that is no news.
            throw new ConfigurationException(errors.All);
        }

        var options = ReadOptions(root, errors);
        var secrets = new SecretReader(Environment.GetEnvironmentVariable, Watched);
        var configuration = new GatewayConfigurationBuilder(errors, secrets, isDefault: _files.Length == 0).Build(options);
        if (errors.Any)
        {
            throw new ConfigurationException(errors.All);
        }

        root.Remove("Gateway");
        root.Remove("$schema");
        HostSections = root;
        return configuration;
    }

    private JsonObject ReadTree(ConfigurationErrors errors)
    {
        var root = _files.Length == 0 ? DefaultConfiguration.Create(Environment.GetEnvironmentVariable) : JsonFile.NewObject();
        foreach (var file in _files)
        {
            JsonFile.Merge(root, JsonFile.Read(file, Watched, errors));
        }

        // The environment has no order, but a list is filled from its first item on.
        foreach (var (name, value) in Variables().OrderBy(variable => variable.Name.Replace("__", ":", StringComparison.Ordinal), ConfigurationKeyComparer.Instance))
        {
            if (name.Split("__") is var path && PathOverrides.IsOurs(path))
            {
                PathOverrides.Set(root, path, value, errors);
            }
        }

        foreach (var (path, value) in arguments.Overrides)
        {
            PathOverrides.Set(root, path, value, errors);
        }

        return root;
    }

    private static IEnumerable<(string Name, string Value)> Variables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => ((string)variable.Key, (string?)variable.Value ?? ""));

    private static GatewayOptions ReadOptions(JsonObject root, ConfigurationErrors errors)
    {
        if (root["Gateway"] is not { } section)
        {
            errors.Add("Gateway", "this section is missing.");
            return new GatewayOptions();
        }

        PresetShorthand.Expand(section);

        // What is wrong has been reported and taken out, so the rest can be read and checked as well.
        return new OptionsWalker(errors).Walk(section, typeof(GatewayOptions), "Gateway")
            ? section.Deserialize(ConfigurationJsonContext.Default.GatewayOptions)!
            : new GatewayOptions();
    }
}
