using System.Text.Json.Nodes;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Simulator;

namespace UltraAI.Gateway.Demo;

/// <summary><c>demo</c>: the gateway in front of simulated providers, with a key and a configuration made for this run.</summary>
internal static class DemoCommand
{
    private const string DefaultUrl = "http://127.0.0.1:8080";

    /// <param name="args">Options of the gateway's own, which go over the demo's.</param>
    /// <param name="run">Runs the gateway with a command line, and tells its addresses once it listens.</param>
    /// <param name="cancellationToken">Ends the start of the simulator.</param>
    public static async Task<int> RunAsync(string[] args, Func<string[], Action<IEnumerable<string>>?, Task<int>> run, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("ultraai-demo-");
        try
        {
            await using var simulator = await ProviderSimulator.StartAsync(
                new SimulatorOptions { Latency = TimeSpan.FromMilliseconds(200), ChunkDelay = TimeSpan.FromMilliseconds(40) },
                cancellationToken);

            DemoPanel.Script(simulator);
            var key = VirtualKeySecret.New();
            var token = VirtualKeySecret.New();
            var tokenFile = Path.Combine(folder.FullName, "admin-token");
            var configFile = Path.Combine(folder.FullName, "gateway.json");
            await File.WriteAllTextAsync(tokenFile, token, cancellationToken);
            await File.WriteAllTextAsync(configFile, Configuration(simulator, key, folder.FullName, tokenFile).ToJsonString(), cancellationToken);

            // The last one counts, so the caller's own options go behind ours.
            return await run(
                ["--config", configFile, "--urls", DefaultUrl, .. args],
                addresses => DemoBanner.Print(addresses.First(), key, token));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static JsonObject Configuration(ProviderSimulator simulator, string key, string folder, string tokenFile)
    {
        var providers = new JsonObject();
        foreach (var (kind, provider) in new[]
        {
            ("OpenAI", simulator.OpenAI), ("Anthropic", simulator.Anthropic), ("Google", simulator.Google), ("HuggingFace", simulator.HuggingFace),
        })
        {
            providers[kind.ToLowerInvariant()] = new JsonObject
            {
                ["Kind"] = kind,
                ["BaseUrl"] = provider.BaseAddress.ToString(),
                ["Credentials"] = new JsonArray(new JsonObject { ["Name"] = "simulated", ["Value"] = provider.Credential }),
            };
        }

        return new JsonObject
        {
            ["Gateway"] = new JsonObject
            {
                ["Providers"] = providers,
                ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "demo", ["Value"] = key }),
                ["Prices"] = new JsonArray(Price("openai/*", 2.5m, 10m), Price("anthropic/*", 3m, 15m), Price("google/*", 1.25m, 10m), Price("huggingface/*", 0.1m, 0.3m)),
                ["Ultra"] = new JsonObject { ["Presets"] = DemoPanel.Presets() },
                ["Admin"] = new JsonObject { ["TokenFile"] = tokenFile },
                ["Store"] = new JsonObject { ["Path"] = Path.Combine(folder, "gateway.db") },
                ["Drain"] = new JsonObject { ["Delay"] = "00:00:00", ["Timeout"] = "00:00:02" },
            },
        };
    }

    // Made up, for simulated models.
    private static JsonObject Price(string model, decimal input, decimal output) =>
        new JsonObject { ["Model"] = model, ["Input"] = input, ["Output"] = output };
}
