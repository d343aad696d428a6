using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>
/// The gateway on a loopback port of its own, with four providers that are <see cref="RawUpstream"/>s, one virtual key,
/// and recognisable credentials.
/// </summary>
internal sealed class GatewayEnvironment : IAsyncDisposable
{
    public const string VirtualKey = "canary-virtual-key-3f9c1b7a5d2e";
    public const string AdminToken = "canary-admin-token-8e2d4c6b1a90";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-tests-");
    private WebApplication? _app;
    private GatewayMeasurements? _measurements;

    private GatewayEnvironment()
    {
    }

    public RawUpstream OpenAI { get; } = new();

    public RawUpstream Anthropic { get; } = new();

    public RawUpstream Google { get; } = new();

    public RawUpstream HuggingFace { get; } = new();

    public CapturedLogs Logs { get; } = new();

    public WebApplication App => _app ?? throw new InvalidOperationException("Not started.");

    public GatewayMeasurements Measurements => _measurements ?? throw new InvalidOperationException("Not started.");

    public int Port { get; private set; }

    public string ConfigurationFile => PathOf("gateway.json");

    public IReadOnlyList<RawUpstream> Upstreams => [OpenAI, Anthropic, Google, HuggingFace];

    /// <summary>What the gateway is given to present to a provider.</summary>
    public static string CredentialOf(string provider) => $"canary-credential-{provider}-6c0e2f8d4b";

    public static Task<GatewayEnvironment> StartAsync(Action<JsonObject>? configure = null) =>
        StartAsync(new GatewaySetup { Configure = configure });

    public static async Task<GatewayEnvironment> StartAsync(GatewaySetup setup)
    {
        var environment = new GatewayEnvironment();
        try
        {
            await environment.StartAppAsync(setup);
            return environment;
        }
        catch
        {
            await environment.DisposeAsync();
            throw;
        }
    }

    public RawUpstream Upstream(string provider) => provider switch
    {
        "openai" => OpenAI,
        "anthropic" => Anthropic,
        "google" => Google,
        "huggingface" => HuggingFace,
        _ => throw new ArgumentOutOfRangeException(nameof(provider), provider, null),
    };

    /// <summary>A file beside the configuration.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(Port);

    /// <summary>One exchange on a connection of its own.</summary>
    public async Task<RawResponse> SendAsync(string request)
    {
        await using var client = await ConnectAsync();
        return await client.ExchangeAsync(request);
    }

    public Task<RawResponse> GetAsync(string target, params string[] fields) => SendAsync(Request.Get(target, fields));

    public Task<RawResponse> PostAsync(string target, string body, params string[] fields) => SendAsync(Request.Post(target, body, fields));

    /// <summary>The current samples of /metrics, for tests that run alone.</summary>
    public async Task<MetricSamples> MetricsAsync()
    {
        var response = await SendAsync(Request.Send("GET", "/metrics", []));
        Assert.Equal(200, response.Status);
        return new MetricSamples(response.BodyText);
    }

    /// <summary>Rewrites the configuration file in one step, as an operator's tool would.</summary>
    public void ChangeConfiguration(Action<JsonObject> change)
    {
        var root = JsonNode.Parse(File.ReadAllText(ConfigurationFile))!.AsObject();
        change(root["Gateway"]!.AsObject());
        ReplaceFile("gateway.json", root.ToJsonString());
    }

    public void ReplaceFile(string name, string text)
    {
        File.WriteAllText(PathOf(name + ".new"), text);
        File.Move(PathOf(name + ".new"), PathOf(name), overwrite: true);
    }

    /// <summary>Also fails the test if a provider's handler did.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_app is not null)
            {
                // A test has seen what it wanted: what still runs is cut rather than drained.
                using var now = new CancellationTokenSource(TimeSpan.Zero);
                await _app.StopAsync(now.Token);
                await _app.DisposeAsync();
                _measurements?.Dispose();
            }

            foreach (var upstream in Upstreams)
            {
                await upstream.DisposeAsync();
            }
        }
        finally
        {
            _folder.Delete(recursive: true);
        }
    }

    private async Task StartAppAsync(GatewaySetup setup)
    {
        var gateway = UsualConfiguration();
        if (setup.HasAdminToken)
        {
            ReplaceFile("admin-token", AdminToken);
            gateway["Admin"] = new JsonObject { ["TokenFile"] = PathOf("admin-token") };
        }

        setup.Configure?.Invoke(gateway);
        ReplaceFile("gateway.json", new JsonObject { ["Gateway"] = gateway }.ToJsonString());
        string[] arguments = ["--config", ConfigurationFile, "--urls", "http://127.0.0.1:0", .. setup.Arguments];
        _app = GatewayHost.Build(arguments, builder => CaptureLogs(builder, setup));
        _measurements = new GatewayMeasurements(_app.Services.GetRequiredService<IMeterFactory>());
        using var limit = Deadlines.StepCancellation();
        await _app.StartAsync(limit.Token);
        Port = new Uri(_app.Urls.First()).Port;
    }

    private JsonObject UsualConfiguration() => new()
    {
        ["Providers"] = new JsonObject
        {
            ["openai"] = Provider("OpenAI", "openai", OpenAI),
            ["anthropic"] = Provider("Anthropic", "anthropic", Anthropic),
            ["google"] = Provider("Google", "google", Google),
            ["huggingface"] = Provider("HuggingFace", "huggingface", HuggingFace),
        },
        ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "test", ["Value"] = VirtualKey }),
        ["Store"] = new JsonObject { ["Path"] = PathOf("gateway.db") },
        ["Drain"] = new JsonObject { ["Delay"] = "00:00:00", ["Timeout"] = "00:00:10" },
    };

    /// <summary>A provider entry of a configuration.</summary>
    public static JsonObject Provider(string kind, string name, RawUpstream upstream) => Provider(kind, name, upstream.BaseUrl);

    public static JsonObject Provider(string kind, string name, string baseUrl) => new()
    {
        ["Kind"] = kind,
        ["BaseUrl"] = baseUrl,
        ["Credentials"] = new JsonArray(new JsonObject { ["Name"] = "main", ["Value"] = CredentialOf(name) }),
    };

    private void CaptureLogs(WebApplicationBuilder builder, GatewaySetup setup)
    {
        setup.Services?.Invoke(builder.Services);
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(Logs);
        builder.Logging.SetMinimumLevel(setup.LogLevel);
        if (setup.CapturesEveryCategory)
        {
            builder.Logging.AddFilter<CapturedLogs>(category: null, setup.LogLevel);
        }
    }
}
