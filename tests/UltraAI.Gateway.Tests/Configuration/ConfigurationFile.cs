using UltraAI.Gateway.Configuration;

namespace UltraAI.Gateway.Tests.Configuration;

/// <summary>Writes configuration files into a folder of their own and loads them.</summary>
internal sealed class ConfigurationFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-test-");

    public string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Loads a <c>Gateway</c> section.</summary>
    public GatewayConfiguration Load(string section, params string[] args) =>
        LoadFiles([Write("gateway.json", $$"""{ "Gateway": {{section}} }""")], args);

    public static GatewayConfiguration LoadFiles(IEnumerable<string> files, params string[] args) =>
        new ConfigurationLoader(GatewayArguments.Parse([.. files.SelectMany(file => new[] { "--config", file }), .. args])).Load();

    /// <summary>The faults of a <c>Gateway</c> section, each as "PATH: message".</summary>
    public IReadOnlyList<string> FaultsOf(string section, params string[] args)
    {
        try
        {
            Load(section, args);
            return [];
        }
        catch (ConfigurationException exception)
        {
            return [.. exception.Errors.Select(error => error.ToString())];
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
