using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Synthesis.Surface;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>The gateway with simulated providers, a panel of three (OpenAI, Anthropic, Google) and a lead at HuggingFace.</summary>
internal sealed class UltraEnvironment : IAsyncDisposable
{
    public const string Key = "uag-ultra-tests-0123456789";
    public const string LeadModel = "lead-model";
    public const string Question = "How many moons has Mars?";

    public static readonly string[] DraftTexts = ["Mars has two moons, says alpha.", "Mars has three moons, says beta.", "Two: Phobos and Deimos, says gamma."];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-tests-");
    private readonly HttpClient _client = new();
    private ProviderSimulator? _simulator;
    private WebApplication? _app;
    private GatewayMeasurements? _measurements;

    public ProviderSimulator Simulator => _simulator!;

    public string Address => _app!.Urls.First();

    /// <summary>In member order.</summary>
    public IReadOnlyList<SimulatedProvider> Members => [Simulator.OpenAI, Simulator.Anthropic, Simulator.Google];

    public SimulatedProvider Lead => Simulator.HuggingFace;

    /// <summary>The runs that are under way.</summary>
    public IEnumerable<string> RunIds => Service<RunRegistry>().Ids;

    /// <summary>What the gateway's own instruments measured.</summary>
    public GatewayMeasurements Measurements => _measurements!;

    public CapturedLogs Logs { get; } = new();

    public IEnumerable<RecordedRequest> Requests => Simulator.All.SelectMany(provider => provider.Requests);

    public static async Task<UltraEnvironment> StartAsync(Action<JsonObject>? change = null, Action<JsonObject>? changeGateway = null, Action<IServiceCollection>? services = null)
    {
        var environment = new UltraEnvironment();
        environment._simulator = await ProviderSimulator.StartAsync(null, TestContext.Current.CancellationToken);
        var preset = JsonNode.Parse("""
            {"Members":["openai/model-a","anthropic/model-b","google/model-c"],"Lead":{"Models":["huggingface/lead-model"],"AllowMembers":false}}
            """)!.AsObject();
        change?.Invoke(preset);
        var gateway = new JsonObject
        {
            ["Providers"] = new JsonObject(new[] { ("OpenAI", environment.Simulator.OpenAI), ("Anthropic", environment.Simulator.Anthropic), ("Google", environment.Simulator.Google), ("HuggingFace", environment.Simulator.HuggingFace) }
                .Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Item2.Name, new JsonObject
                {
                    ["Kind"] = pair.Item1,
                    ["BaseUrl"] = pair.Item2.BaseAddress.ToString(),
                    ["Credentials"] = new JsonArray(new JsonObject { ["Value"] = pair.Item2.Credential }),
                }))),
            ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "ultra-tests", ["Value"] = Key }),
            ["Prices"] = new JsonArray(new JsonObject { ["Model"] = "*/*", ["Input"] = 1, ["Output"] = 10 }),
            ["Store"] = new JsonObject { ["Path"] = Path.Combine(environment._folder.FullName, "gateway.db") },
            ["Drain"] = new JsonObject { ["Delay"] = "00:00:00", ["Timeout"] = "00:00:01" },
            ["Ultra"] = new JsonObject { ["Presets"] = new JsonObject { ["ultra"] = preset } },
        };
        changeGateway?.Invoke(gateway);
        var file = Path.Combine(environment._folder.FullName, "gateway.json");
        await File.WriteAllTextAsync(file, new JsonObject { ["Gateway"] = gateway }.ToJsonString(), TestContext.Current.CancellationToken);
        environment._app = GatewayHost.Build(["--config", file, "--urls", "http://127.0.0.1:0"], builder =>
        {
            services?.Invoke(builder.Services);
            builder.Logging.ClearProviders().AddProvider(environment.Logs);
        });
        environment._measurements = new GatewayMeasurements(environment._app.Services.GetRequiredService<IMeterFactory>());
        await environment._app.StartAsync(TestContext.Current.CancellationToken);
        return environment;
    }

    /// <summary>Lets the providers forget what they have seen.</summary>
    public void ForgetRequests()
    {
        foreach (var provider in Simulator.All)
        {
            provider.ClearRequests();
        }
    }

    /// <summary>A part of the gateway.</summary>
    public T Service<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();

    /// <summary>Lets each member write its text, review by scores that put the first draft it sees first, and the lead answer.</summary>
    public void ScriptUsualRun()
    {
        for (var i = 0; i < Members.Count; i++)
        {
            Members[i].Script(IsDraft, new SimulatedBehaviour { Text = DraftTexts[i] });
            Members[i].Script(IsReview, new SimulatedBehaviour { Text = Review(9, 4) });
        }

        Lead.Script(_ => true, new SimulatedBehaviour { Text = "Mars has two moons: Phobos and Deimos.", Chunks = 4 });
    }

    public static string Review(params int[] scores) => new JsonObject
    {
        ["reviews"] = new JsonArray([.. scores.Select((score, i) => new JsonObject { ["id"] = ((char)('A' + i)).ToString(), ["correctness"] = score, ["overall"] = score })]),
    }.ToJsonString();

    public static bool IsReview(RecordedRequest request) => request.Text.Contains("YOUR DRAFT", StringComparison.Ordinal);

    public static bool IsLead(RecordedRequest request) => request.Text.Contains("Material for your answer", StringComparison.Ordinal);

    public static bool IsDraft(RecordedRequest request) => !IsReview(request) && !IsLead(request);

    public static string Body(string more = "") => $$"""{"model":"ultra","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"{{Question}}"}]{{more}}}""";

    public async Task<HttpResponseMessage> PostAsync(string target, string body, HttpCompletionOption option = HttpCompletionOption.ResponseContentRead, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address + target) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return await _client.SendAsync(request, option, cancellationToken == default ? TestContext.Current.CancellationToken : cancellationToken);
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string target)
    {
        using var request = new HttpRequestMessage(method, Address + target);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return await _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A whole run by the OpenAI surface.</summary>
    public async Task<JsonNode> AskAsync(string more = "", int status = 200)
    {
        using var response = await PostAsync("/ultra/v1/chat/completions", Body(more));
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>The frames of a whole native stream: name and data.</summary>
    public async Task<List<(string Name, JsonNode Data)>> StreamAsync(string more = "")
    {
        using var response = await PostAsync("/ultra", Body(more + ",\"stream\":true").Replace("\"model\":\"ultra\",", "", StringComparison.Ordinal));
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(frame => !frame.StartsWith(':')).Select(frame =>
        {
            var lines = frame.Split('\n');
            return (lines[1]["event: ".Length..], JsonNode.Parse(lines[2]["data: ".Length..])!);
        })];
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _measurements?.Dispose();
        await _app!.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await Simulator.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
