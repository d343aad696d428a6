using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Each section of the runbook in docs/operations.md: the situation is made, its command is run, and the gateway has done what the page says.</summary>
public sealed partial class RunbookTests
{
    private const string Chat = """{"model":"gpt-4o","messages":[{"role":"user","content":"Hello"}]}""";
    private const string Message = """{"model":"claude-sonnet-4-5","max_tokens":10,"messages":[{"role":"user","content":"Hello"}]}""";

    private static readonly Document Operations = Document.Open("docs/operations.md");

    [Fact]
    public void EverySection_HasATest()
    {
        var sections = SectionPattern().Matches(Operations.Section("Runbook")).Select(match => match.Groups[1].Value);
        var tested = typeof(RunbookTests).GetMethods().SelectMany(method => method.GetCustomAttributes(typeof(TraitAttribute), inherit: false)).Cast<TraitAttribute>().Select(trait => trait.Value);

        Assert.Equal(sections.Order(), tested.Order());
    }

    [Fact]
    [Trait("Runbook", "Connection pool exhausted")]
    public async Task PoolIsExhausted_CallsWaitInOrder_AndOneMoreIsRefusedAtOnce()
    {
        await using var gateway = await ProcessGateway.StartAsync((configuration, _) =>
        {
            configuration["Providers"]!["openai"]!["MaxCallsPerOrigin"] = 4;
            configuration["Providers"]!["openai"]!["MaxQueuedCallsPerOrigin"] = 3;
        });
        var release = new TaskCompletionSource();
        gateway.Simulator.OpenAI.Script(_ => true, new SimulatedBehaviour { Barrier = release.Task });

        var calls = Enumerable.Range(0, 7).Select(_ => gateway.StatusAsync("/openai/v1/chat/completions", Chat)).ToArray();
        var output = await UntilAsync(gateway, "Connection pool exhausted", text => Value(text, "ultraai_calls_active", "openai") == 4 && Value(text, "ultraai_queue_depth", "openai") == 3);
        using var refused = await gateway.SendAsync(HttpMethod.Post, "/openai/v1/chat/completions", Chat);
        var other = await gateway.StatusAsync("/anthropic/v1/messages", Message);
        release.SetResult();
        var answers = await Task.WhenAll(calls);

        Assert.Equal((503, "queue_full", "1"), ((int)refused.StatusCode, refused.Headers.GetValues("x-ultraai-error").Single(), refused.Headers.GetValues("Retry-After").Single()));
        Assert.Equal(200, other.Status);
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.NotEqual("", output);
        await UntilAsync(gateway, "Connection pool exhausted", text => Value(text, "ultraai_calls_active", "openai") == 0 && Value(text, "ultraai_queue_depth", "openai") == 0);
    }

    [Fact]
    [Trait("Runbook", "Timeouts across all providers")]
    public async Task AllProvidersAreSilent_CallsEndByTheClock_AndPassAgainAfterwards()
    {
        await using var gateway = await ProcessGateway.StartAsync((configuration, _) => configuration["Transport"] = new JsonObject { ["Timeout"] = "00:00:01" });
        foreach (var provider in gateway.Simulator.All)
        {
            provider.Script(_ => true, SimulatedBehaviour.Hang, times: 3);
        }

        var calls = await Task.WhenAll(Enumerable.Range(0, 3).SelectMany(_ => new[]
        {
            gateway.SendAsync(HttpMethod.Post, "/openai/v1/chat/completions", Chat), gateway.SendAsync(HttpMethod.Post, "/anthropic/v1/messages", Message),
        }));

        Assert.All(calls, response => Assert.Equal((504, "upstream_timeout", "false"), ((int)response.StatusCode, response.Headers.GetValues("x-ultraai-error").Single(), response.Headers.GetValues("x-should-retry").Single())));
        Array.ForEach(calls, response => response.Dispose());
        await UntilAsync(gateway, "Timeouts across all providers", text =>
            Value(text, "ultraai_upstream_timeouts_total", "openai") == 3 && Value(text, "ultraai_upstream_timeouts_total", "anthropic") == 3 && Value(text, "ultraai_connect_seconds_count", "openai", "ok") > 0);
        Assert.Equal((200, 200), ((await gateway.StatusAsync("/openai/v1/chat/completions", Chat)).Status, (await gateway.StatusAsync("/anthropic/v1/messages", Message)).Status));
    }

    [Fact]
    [Trait("Runbook", "Memory growth")]
    public async Task ClientsThatDoNotRead_HoldNoMemoryButBuffers_AndGoByThemselves()
    {
        const int Clients = 40;
        const long Bytes = 20_000_000;
        await using var gateway = await ProcessGateway.StartAsync((configuration, _) => configuration["Transport"] = new JsonObject { ["Timeout"] = "00:00:08" });
        gateway.Simulator.OpenAI.Script(_ => true, new SimulatedBehaviour { BodyLength = Bytes });
        Assert.Equal(200, (await gateway.StatusAsync("/anthropic/v1/messages", Message)).Status);
        var before = Value(await UntilAsync(gateway, "Memory growth", _ => true), "dotnet_process_memory_working_set_bytes");

        var responses = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ =>
            gateway.SendAsync(HttpMethod.Post, "/openai/v1/chat/completions", Chat, option: HttpCompletionOption.ResponseHeadersRead)));
        var during = await UntilAsync(gateway, "Memory growth", text => Value(text, "http_server_active_requests") >= Clients);

        // A quarter of what was sent to them, and that is generous.
        Assert.InRange(Value(during, "dotnet_process_memory_working_set_bytes") - before, double.MinValue, Clients * Bytes / 4);
        await UntilAsync(gateway, "Memory growth", text => Value(text, "http_server_active_requests") < Clients / 2);
        Array.ForEach(responses, response => response.Dispose());
    }

    [Fact]
    [Trait("Runbook", "One provider down")]
    public async Task OneProviderIsDown_TheOthersDoNotNotice()
    {
        await using var gateway = await ProcessGateway.StartAsync((configuration, _) => configuration["Ultra"] = JsonNode.Parse(
            """{"Presets":{"ultra":{"Members":["openai/a","anthropic/b","google/c"],"Lead":{"Models":["huggingface/d"]},"Review":{"Mode":"off"}}}}"""));
        await gateway.Simulator.OpenAI.DisposeAsync();

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal((502, "upstream_unreachable"), await gateway.StatusAsync("/openai/v1/chat/completions", Chat));
            Assert.Equal(200, (await gateway.StatusAsync("/anthropic/v1/messages", Message)).Status);
        }

        await Eventually.TrueAsync(
            async () => await gateway.StatusAsync("/openai/v1/chat/completions", Chat) == (503, "circuit_open"), "the circuit opens");
        using var run = await gateway.SendAsync(HttpMethod.Post, "/ultra/v1/chat/completions", """{"model":"ultra","messages":[{"role":"user","content":"Hello"}]}""");
        Assert.Equal((200, "partial_panel"), ((int)run.StatusCode, run.Headers.GetValues("x-ultraai-degraded").Single()));
        await UntilAsync(gateway, "One provider down", text =>
            Value(text, "ultraai_requests_total", "openai", "unreachable") >= 5 && Value(text, "ultraai_requests_total", "anthropic", "ok") >= 5
            && Value(text, "ultraai_connect_seconds_count", "openai", "failed") >= 10 && Value(text, "ultraai_circuit_state", "openai") == 2);
        await gateway.Process.WaitForAsync(@"Call to provider openai failed \(Unreachable\): socket error ConnectionRefused");
    }

    [Fact]
    [Trait("Runbook", "Redis down")]
    public async Task RedisIsDown_RequestsGoOn_AndItIsSharedAgainAfterwards()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var gateway = await ProcessGateway.StartAsync((configuration, _) =>
        {
            configuration["Store"] = new JsonObject { ["Kind"] = "Redis", ["Redis"] = redis.ConnectionString, ["OnFailure"] = "Local" };
            configuration["VirtualKeys"]![0]!["Limits"] = new JsonObject { ["RequestsPerMinute"] = 60_000 };
        });
        Assert.Equal(200, (await gateway.StatusAsync("/openai/v1/chat/completions", Chat)).Status);
        await UntilAsync(gateway, "Redis down", text => Value(text, "ultraai_store_available") == 1);

        redis.Kill();
        await UntilAsync(gateway, "Redis down", text => Value(text, "ultraai_store_available") == 0, () => gateway.StatusAsync("/openai/v1/chat/completions", Chat));
        var during = await gateway.StatusAsync("/openai/v1/chat/completions", Chat);
        await redis.RestartAsync();

        Assert.Equal(200, during.Status);
        await UntilAsync(gateway, "Redis down", text => Value(text, "ultraai_store_available") == 1, () => gateway.StatusAsync("/openai/v1/chat/completions", Chat));
    }

    [Fact]
    [Trait("Runbook", "Rotate a credential")]
    public async Task CredentialIsRotated_WithoutARestart_AndCallsThatRunKeepTheOldOne()
    {
        await using var upstream = new RawUpstream();
        var release = new TaskCompletionSource();
        upstream.Handler = async exchange =>
        {
            if (exchange.Request.Target == "/v1/long")
            {
                await release.Task.WaitAsync(Deadlines.Step);
            }

            await exchange.RespondJsonAsync("{}");
        };
        await using var gateway = await ProcessGateway.StartAsync((configuration, path) =>
        {
            File.WriteAllText(path("openai"), "the-old-credential");
            configuration["Providers"]!["openai"] = new JsonObject
            {
                ["Kind"] = "OpenAI",
                ["BaseUrl"] = upstream.BaseUrl,
                ["Credentials"] = new JsonArray(new JsonObject { ["File"] = path("openai") }),
            };
        });
        var running = gateway.StatusAsync("/openai/v1/long");
        await Eventually.TrueAsync(() => upstream.Requests.Count == 1, "a call runs");

        await RunAsync(gateway, Command("Rotate a credential").Replace("/run/secrets", Path.GetDirectoryName(gateway.PathOf("x")), StringComparison.Ordinal), ("NEW_CREDENTIAL", "the-new-credential"));
        await Eventually.TrueAsync(
            async () =>
            {
                await gateway.StatusAsync("/openai/v1/short");
                return upstream.Requests[^1]["Authorization"] == "Bearer the-new-credential";
            },
            "the new credential is presented");
        release.SetResult();

        Assert.Equal(200, (await running).Status);
        Assert.Equal("Bearer the-old-credential", upstream.Requests[0]["Authorization"]);
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("ultraai_config_reloads_total", "outcome=\"applied\""));
    }

    [Fact]
    [Trait("Runbook", "Rotate a virtual key")]
    public async Task VirtualKeyIsRotated_AndTheOldOneWorksForItsGrace()
    {
        await using var gateway = await ProcessGateway.StartAsync();
        using var created = await gateway.SendAsync(HttpMethod.Post, "/admin/keys", """{"name":"team-a"}""", ProcessGateway.AdminToken);
        var old = KeyIn(await created.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        var fresh = KeyIn(await RunAsync(gateway, Command("Rotate a virtual key")));

        Assert.NotEqual(old, fresh);
        Assert.Equal((200, 200), ((await gateway.StatusAsync("/openai/v1/models", key: old)).Status, (await gateway.StatusAsync("/openai/v1/models", key: fresh)).Status));
        await RunAsync(gateway, Command("Rotate a virtual key").Replace("24:00:00", "00:00:00", StringComparison.Ordinal));
        await Eventually.TrueAsync(async () => (await gateway.StatusAsync("/openai/v1/models", key: fresh)).Status == 401, "a key without grace is refused");
        Assert.True((await gateway.MetricsAsync()).Sum("ultraai_requests_total", "outcome=\"refused\"") >= 1);

        static string KeyIn(string json) => (string)JsonNode.Parse(json)!["key"]!;
    }

    [Fact]
    [Trait("Runbook", "Upgrade without dropping streams")]
    public async Task Upgrade_LetsStreamsEnd()
    {
        await using var gateway = await ProcessGateway.StartAsync();
        gateway.Simulator.OpenAI.Script(_ => true, new SimulatedBehaviour { Chunks = 30, ChunkDelay = TimeSpan.FromMilliseconds(100) });
        var stream = Chat.Replace("\"model\"", "\"stream\":true,\"model\"", StringComparison.Ordinal);
        var responses = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => gateway.SendAsync(HttpMethod.Post, "/openai/v1/chat/completions", stream, option: HttpCompletionOption.ResponseHeadersRead)));

        await RunAsync(gateway, Command("Upgrade without dropping streams"));
        await Eventually.TrueAsync(async () => (await gateway.StatusAsync("/health/ready")).Status == (int)HttpStatusCode.ServiceUnavailable, "ready says no", TimeSpan.FromSeconds(1));
        var within = await gateway.StatusAsync("/openai/v1/models");
        var texts = await Task.WhenAll(responses.Select(response => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));

        Assert.Equal(200, within.Status);
        Assert.All(texts, text => Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal));
        Assert.Equal(0, await gateway.Process.WaitForExitAsync());
        Array.ForEach(responses, response => response.Dispose());
    }

    private static string Command(string section) => Assert.Single(Operations.CommandsIn(section));

    /// <summary>Runs a section's command again and again, until its output says so.</summary>
    private static async Task<string> UntilAsync(ProcessGateway gateway, string section, Func<string, bool> condition, Func<Task>? meanwhile = null)
    {
        // What the section tells to look at, its command shows, or another metric of /metrics is it.
        var text = "";
        await Eventually.TrueAsync(
            async () =>
            {
                await (meanwhile?.Invoke() ?? Task.CompletedTask);
                text = await RunAsync(gateway, Command(section));
                return condition(text);
            },
            $"{section}: the command's output shows it");
        return text;
    }

    private static async Task<string> RunAsync(ProcessGateway gateway, string command, params (string Name, string Value)[] variables)
    {
        var environment = new Dictionary<string, string>
        {
            ["ULTRAAI_ADMIN_TOKEN"] = ProcessGateway.AdminToken,
            ["PID"] = gateway.Process.Id.ToString(CultureInfo.InvariantCulture),
            ["NO_PROXY"] = "*",
        };
        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }

        var (exitCode, output) = await GatewayProcess.RunAsync("bash", ["-c", command.Replace("http://localhost:8080", gateway.Address, StringComparison.Ordinal)], environment, Repository.Root);
        Assert.True(exitCode == 0, $"{command}\n{output}");
        return output;
    }

    /// <summary>The sum of a metric's samples in a command's output.</summary>
    private static double Value(string output, string metric, string? provider = null, string? outcome = null)
    {
        string[] labels = [.. new[] { ("provider", provider), ("outcome", outcome) }.Where(label => label.Item2 is not null).Select(label => $"{label.Item1}=\"{label.Item2}\"")];
        return new MetricSamples(output).Sum(metric, labels);
    }

    [GeneratedRegex("^### (.+)$", RegexOptions.Multiline)]
    private static partial Regex SectionPattern();
}
