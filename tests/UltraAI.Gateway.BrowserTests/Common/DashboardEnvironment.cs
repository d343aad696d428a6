using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using UltraAI.Gateway.Demo;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Simulator;
using Xunit;

[assembly: AssemblyFixture(typeof(UltraAI.Gateway.BrowserTests.Common.DashboardEnvironment))]
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]

namespace UltraAI.Gateway.BrowserTests.Common;

/// <summary>One gateway with simulated providers, and one browser, for all tests.</summary>
public sealed class DashboardEnvironment : IAsyncLifetime
{
    public const string AdminToken = "uat-browser-tests-0123456789";
    public const string Key = "uag-browser-tests-0123456789";

    /// <summary>A text that would be markup, if anybody took it for that.</summary>
    public const string Markup = "<img src=x onerror=\"document.title='taken'\"><b>bold</b>";

    /// <summary>A question to which every draft is <see cref="Markup"/>.</summary>
    public const string MarkupQuestion = "Answer with markup.";

    /// <summary>A question over which members think until the run is cancelled.</summary>
    public const string SlowQuestion = "Think for ever.";

    private const string Chromium = "/usr/bin/chromium";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-tests-");
    private WebApplication? _app;
    private IPlaywright? _playwright;

    public string Address => _app!.Urls.First();

    internal ProviderSimulator Simulator { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Simulator = await ProviderSimulator.StartAsync(new SimulatorOptions { Latency = TimeSpan.FromMilliseconds(20), ChunkDelay = TimeSpan.FromMilliseconds(5) }, CancellationToken.None);
        foreach (var member in new[] { Simulator.OpenAI, Simulator.Anthropic, Simulator.Google })
        {
            member.Script(request => request.Text.Contains(MarkupQuestion, StringComparison.Ordinal), new SimulatedBehaviour { Text = Markup });
            member.Script(request => request.Text.Contains(SlowQuestion, StringComparison.Ordinal), SimulatedBehaviour.Stall(8));
        }

        DemoPanel.Script(Simulator);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "token"), AdminToken);
        var file = Path.Combine(_folder.FullName, "gateway.json");
        await File.WriteAllTextAsync(file, new JsonObject { ["Gateway"] = Configuration() }.ToJsonString());
        _app = GatewayHost.Build(["--config", file, "--urls", "http://127.0.0.1:0"], builder => builder.Logging.ClearProviders());
        await _app.StartAsync();
        await PastUsage.AddAsync(_app.Services.GetRequiredService<IUsageStore>());

        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(15_000);
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
    }

    public async ValueTask DisposeAsync()
    {
        await (Browser?.DisposeAsync() ?? default);
        _playwright?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        await (Simulator?.DisposeAsync() ?? default);
        _folder.Delete(recursive: true);
    }

    private JsonObject Configuration() => new()
    {
        ["Providers"] = new JsonObject(new[] { ("OpenAI", Simulator.OpenAI), ("Anthropic", Simulator.Anthropic), ("Google", Simulator.Google), ("HuggingFace", Simulator.HuggingFace) }
            .Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Item1.ToLowerInvariant(), new JsonObject
            {
                ["Kind"] = pair.Item1,
                ["BaseUrl"] = pair.Item2.BaseAddress.ToString(),
                ["Credentials"] = new JsonArray(new JsonObject { ["Name"] = "main", ["Value"] = pair.Item2.Credential }),
            }))),
        ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "demo", ["Value"] = Key }),
        ["Prices"] = new JsonArray(new JsonObject { ["Model"] = "*/*", ["Input"] = 2.5, ["Output"] = 10 }),
        ["Ultra"] = new JsonObject { ["Presets"] = DemoPanel.Presets() },
        ["Admin"] = new JsonObject { ["TokenFile"] = Path.Combine(_folder.FullName, "token") },
        ["Store"] = new JsonObject { ["Path"] = Path.Combine(_folder.FullName, "gateway.db") },
        ["Drain"] = new JsonObject { ["Delay"] = "00:00:00", ["Timeout"] = "00:00:01" },
    };
}
