using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using UltraAI.Gateway.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Simulator;

/// <summary>The simulated providers with the gateway in front: SDKs get its address and a virtual key, and nothing else changes.</summary>
public sealed class GatewayFixture : SimulatorFixture
{
    private const string VirtualKey = "uag-sdk-tests-0123456789";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-tests-");
    private WebApplication? _app;

    public override Uri AddressOf(SimulatedProvider provider) => new($"{_app!.Urls.First()}/{provider.Name}");

    public override string KeyOf(SimulatedProvider provider) => VirtualKey;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var providers = new JsonObject();
        foreach (var (kind, provider) in new[] { ("OpenAI", Simulator.OpenAI), ("Anthropic", Simulator.Anthropic), ("Google", Simulator.Google), ("HuggingFace", Simulator.HuggingFace) })
        {
            providers[provider.Name] = new JsonObject
            {
                ["Kind"] = kind,
                ["BaseUrl"] = provider.BaseAddress.ToString(),
                ["Credentials"] = new JsonArray(new JsonObject { ["Value"] = provider.Credential }),
            };
        }

        var file = Path.Combine(_folder.FullName, "gateway.json");
        await File.WriteAllTextAsync(file, new JsonObject
        {
            ["Gateway"] = new JsonObject
            {
                ["Providers"] = providers,
                ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "sdk", ["Value"] = VirtualKey }),
                ["Store"] = new JsonObject { ["Path"] = Path.Combine(_folder.FullName, "gateway.db") },
                ["Drain"] = new JsonObject { ["Delay"] = "00:00:00", ["Timeout"] = "00:00:01" },
            },
        }.ToJsonString(), TestContext.Current.CancellationToken);
        _app = GatewayHost.Build(["--config", file, "--urls", "http://127.0.0.1:0"], builder => builder.Logging.ClearProviders());
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await _app!.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
