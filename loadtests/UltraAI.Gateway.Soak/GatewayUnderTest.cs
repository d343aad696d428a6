using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using UltraAI.Gateway.Simulator;

namespace UltraAI.Gateway.Soak;

/// <summary>A gateway in a process of its own, in front of simulated providers, whose configuration changes while it runs.</summary>
internal sealed partial class GatewayUnderTest : IAsyncDisposable
{
    public const string Key = "vk-soak-3f1d9a";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-soak-");
    private readonly ProviderSimulator _simulator;
    private readonly TaskCompletionSource<string> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;
    private int _reloads;

    private GatewayUnderTest(ProviderSimulator simulator) => _simulator = simulator;

    public int ProcessId => _process!.Id;

    public string Address { get; private set; } = "";

    public static async Task<GatewayUnderTest> StartAsync()
    {
        var simulator = await ProviderSimulator.StartAsync();
        Behaviours.Script(simulator);
        var gateway = new GatewayUnderTest(simulator);
        gateway.Write(isValid: true);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "UltraAI.Gateway.dll"), "--config", gateway.ConfigurationFile, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
        };
        gateway._process = Process.Start(start) ?? throw new InvalidOperationException("The gateway did not start.");
        gateway._process.OutputDataReceived += (_, line) => gateway.Heard(line.Data);
        gateway._process.BeginOutputReadLine();
        gateway.Address = await gateway._listening.Task.WaitAsync(TimeSpan.FromMinutes(1));
        return gateway;
    }

    /// <summary>Writes another configuration; every third one is faulty, and must be refused.</summary>
    public void Reload() => Write(isValid: ++_reloads % 3 != 0);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        _process?.Dispose();
        await _simulator.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private string ConfigurationFile => Path.Combine(_folder.FullName, "gateway.json");

    private void Heard(string? line)
    {
        if (line is not null && ListeningPattern().Match(line) is { Success: true } match)
        {
            _listening.TrySetResult(match.Groups[1].Value);
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

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex ListeningPattern();
}
