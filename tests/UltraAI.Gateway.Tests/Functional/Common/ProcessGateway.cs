using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Documentation;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A gateway in a process of its own in front of simulated providers, with files that a test may change. Its metrics are its own.</summary>
internal sealed class ProcessGateway : IAsyncDisposable
{
    public const string Key = "vk-process-gateway-5d1c";
    public const string AdminToken = "admin-token-process-gateway-77a0";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-process-");
    private RunningGateway? _running;
    private bool _ownsSimulator;

    private ProcessGateway(ProviderSimulator simulator) => Simulator = simulator;

    public ProviderSimulator Simulator { get; }

    public GatewayProcess Process => _running!.Process;

    public int Port => _running!.Port;

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>One that keeps as many connections as it takes.</summary>
    public HttpClient Client { get; } = new();

    /// <param name="configure">Changes the section <c>Gateway</c> before the file is written; the second argument makes paths of files beside it.</param>
    /// <param name="simulator">Providers that other gateways have too; null: its own.</param>
    public static async Task<ProcessGateway> StartAsync(Action<JsonObject, Func<string, string>>? configure = null, ProviderSimulator? simulator = null)
    {
        var gateway = new ProcessGateway(simulator ?? await ProviderSimulator.StartAsync(null, TestContext.Current.CancellationToken)) { _ownsSimulator = simulator is null };
        try
        {
            var configuration = gateway.UsualConfiguration();
            configure?.Invoke(configuration, gateway.PathOf);
            gateway.Write("gateway.json", new JsonObject { ["Gateway"] = configuration }.ToJsonString());
            gateway._running = await GatewayProcess.StartOnAsync(gateway.PathOf("gateway.json"));
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string target, string? body = null, string key = Key, HttpCompletionOption option = HttpCompletionOption.ResponseContentRead)
    {
        using var request = new HttpRequestMessage(method, Address + target);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("anthropic-version", "2023-06-01");
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return await Client.SendAsync(request, option, TestContext.Current.CancellationToken);
    }

    /// <returns>Status, and the gateway's own error.</returns>
    public async Task<(int Status, string? Error)> StatusAsync(string target, string? body = null, string key = Key)
    {
        using var response = await SendAsync(body is null ? HttpMethod.Get : HttpMethod.Post, target, body, key);
        return ((int)response.StatusCode, response.Headers.TryGetValues("x-ultraai-error", out var errors) ? errors.Single() : null);
    }

    public async Task<MetricSamples> MetricsAsync() => new(await Client.GetStringAsync(Address + "/metrics", TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
        {
            await _running.DisposeAsync();
        }

        Client.Dispose();
        if (_ownsSimulator)
        {
            await Simulator.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private JsonObject UsualConfiguration() => new()
    {
        ["Providers"] = new JsonObject(SimulatorGateway.Providers.Zip(Simulator.All).Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.First.Name, new JsonObject
        {
            ["Kind"] = pair.First.Kind,
            ["BaseUrl"] = pair.Second.BaseAddress.ToString(),
            ["Credentials"] = new JsonArray(new JsonObject { ["Value"] = pair.Second.Credential }),
        }))),
        ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "process", ["Value"] = Key }),
        ["Admin"] = new JsonObject { ["TokenFile"] = Write("admin-token", AdminToken) },
        ["Store"] = new JsonObject { ["Path"] = PathOf("gateway.db") },
        ["Drain"] = new JsonObject { ["Delay"] = "00:00:01", ["Timeout"] = "00:00:10" },
    };
}
