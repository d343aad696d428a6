using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Compare.Processes;
using UltraAI.Gateway.Simulator;

namespace UltraAI.Gateway.Soak;

/// <summary>A gateway in a process of its own, in front of simulated providers, whose configuration changes while it runs.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    public const string Key = "vk-soak-3f1d9a";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-soak-");
    private readonly ProviderSimulator _simulator;
    private readonly PosixSignalRegistration[] _signals;
    private StartedProcess? _process;
    private int _reloads;
    private int _faulty;

    private GatewayUnderTest(ProviderSimulator simulator)
    {
        _simulator = simulator;
        _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, _ => Abandon()))];
    }

    public int ProcessId => _process!.Id;

    public string Address { get; private set; } = "";

    /// <exception cref="Compare.CompareException">It does not start; the message has what it said.</exception>
    public static async Task<GatewayUnderTest> StartAsync()
    {
        var simulator = await ProviderSimulator.StartAsync();
        Behaviours.Script(simulator);
        var gateway = new GatewayUnderTest(simulator);
        try
        {
            await gateway.RunAsync();
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gets what must have become of the configurations that were written.</summary>
    public Reloads Reloads => new(_reloads - _faulty, _faulty);

    /// <summary>Writes another configuration; every third one is faulty, and must be refused.</summary>
    public void Reload()
    {
        var isValid = ++_reloads % 3 != 0;
        _faulty += isValid ? 0 : 1;
        Write(isValid);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            await process.DisposeAsync();
        }

        await _simulator.DisposeAsync();
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        DeleteFolder();
    }

    private string ConfigurationFile => Path.Combine(_folder.FullName, "gateway.json");

    private async Task RunAsync()
    {
        Write(isValid: true);
        var port = Ports.Free();
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        _process = StartedProcess.Start(
            Path.Combine(_folder.FullName, "gateway.log"),
            ["dotnet", Path.Combine(AppContext.BaseDirectory, "UltraAI.Gateway.dll"), "--config", ConfigurationFile, "--urls", Address]);
        await Ports.WaitAsync(port, _process);
    }

    private void Abandon()
    {
        StartedProcess.KillAll();
        DeleteFolder();
    }

    private void DeleteFolder()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // Something still writes there; it is in the temporary folder, and small.
        }
    }

    private void Write(bool isValid)
    {
        var providers = new JsonObject();
        foreach (var (kind, provider) in new[] { "OpenAI", "Anthropic", "Google", "HuggingFace" }.Zip(_simulator.All))
        {
            providers[provider.Name] = new JsonObject
            {
                ["Kind"] = kind,
                ["BaseUrl"] = provider.BaseAddress.ToString(),
                ["Credentials"] = new JsonArray(new JsonObject { ["Value"] = provider.Credential }),
            };
        }

        var gateway = new JsonObject
        {
            ["Providers"] = providers,
            ["VirtualKeys"] = new JsonArray(new JsonObject
            {
                ["Name"] = "soak",
                ["Value"] = Key,
                ["Limits"] = new JsonObject { ["RequestsPerMinute"] = 10_000_000 + _reloads, ["MaxConcurrent"] = 10_000 },
            }),
            ["Prices"] = new JsonArray(new JsonObject { ["Model"] = "*/*", ["Input"] = 1, ["Output"] = 10 }),
            ["Ultra"] = JsonNode.Parse("""{"Presets":{"ultra":{"Members":["openai/a","anthropic/b","google/c"],"Lead":{"Models":["huggingface/d"]}}}}"""),

            // Short, so that a pause of the load shows what stays for good.
            ["Transport"] = new JsonObject { ["Timeout"] = "00:00:03", ["PooledConnectionIdleTimeout"] = "00:00:02", ["MaxCallsPerOrigin"] = 64 },
            ["AccessLog"] = new JsonObject { ["Target"] = "File", ["Path"] = "/dev/null" },
            ["Store"] = new JsonObject { ["Path"] = Path.Combine(_folder.FullName, "gateway.db") },
        };
        var text = new JsonObject { ["Gateway"] = gateway }.ToJsonString();
        File.WriteAllText(ConfigurationFile + ".new", isValid ? text : text[..^2]);
        File.Move(ConfigurationFile + ".new", ConfigurationFile, overwrite: true);
    }
}
