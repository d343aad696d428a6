using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>The access log: a line of JSON per request, off by default, never in a request's way (issue 7).</summary>
public sealed class AccessLogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-access-");

    private string File => Path.Combine(_folder.FullName, "access.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Call_IsALineWithAllThatIsKnown()
    {
        await using var gateway = await StartAsync(configuration => configuration["Prices"] = new JsonArray(new JsonObject { ["Model"] = "openai/*", ["Input"] = 1, ["Output"] = 10 }));
        gateway.OpenAI.Handler = exchange => exchange.RespondJsonAsync("""{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":34}}""");

        var response = await gateway.PostAsync("/openai/v1/chat/completions?trace=hidden", """{"model":"gpt-4o","messages":[]}""");

        var line = Assert.Single(await LinesAsync(1));
        Assert.Equal(
            ("test", "openai", "POST", "/openai/v1/chat/completions", "gpt-4o", 200, "ok", "main", gateway.OpenAI.Authority),
            ((string?)line["key"], (string?)line["provider"], (string?)line["method"], (string?)line["path"], (string?)line["model"], (int)line["status"]!, (string?)line["outcome"], (string?)line["credential"], (string?)line["destination"]));
        Assert.Equal(response["x-ultraai-request-id"], (string?)line["request_id"]);
        Assert.Equal((12, 34, 0.000352m, false), ((int)line["input_tokens"]!, (int)line["output_tokens"]!, (decimal)line["cost_usd"]!, (bool)line["estimated"]!));
        Assert.Equal((32, response.Body.Length), ((int)line["request_bytes"]!, (int)line["response_bytes"]!));
        Assert.True((double)line["duration_ms"]! >= (double)line["first_chunk_ms"]!);
        Assert.True(DateTimeOffset.UtcNow - (DateTimeOffset)line["time"]! < Deadlines.Step);
        Assert.Null(line["error"]);
    }

    [Fact]
    public async Task Off_IsTheDefault()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(configuration => configuration["AccessLog"] = new JsonObject { ["Path"] = File });

        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();

        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task Refusal_NamesKeyAndError_AndNoLineHoldsASecret()
    {
        await using var gateway = await StartAsync(configuration => configuration["VirtualKeys"]![0]!["Providers"] = new JsonArray("openai", "google"));

        (await gateway.GetAsync("/anthropic/v1/models")).AssertError(403, "provider_not_allowed");
        (await gateway.SendAsync(Request.Send("GET", "/openai/v1/models", ["Authorization: Bearer wrong-key-in-a-test"]))).AssertError(401, "invalid_key");
        (await gateway.GetAsync($"/openai/v1/files/{GatewayEnvironment.VirtualKey}")).AssertError(401, "invalid_key");
        (await gateway.SendAsync(Request.Send("GET", $"/google/v1beta/models?key={GatewayEnvironment.VirtualKey}&alt=sse", []))).AssertPassed();
        (await gateway.SendAsync(Request.Send("GET", "/health/live", []))).AssertPassed();
        (await gateway.SendAsync(Request.Send("GET", "/nothing/here", []))).AssertError(404, "not_found");

        var lines = await LinesAsync(5);
        Assert.Equal(
            [("/anthropic/v1/models", 403, "provider_not_allowed", "test"), ("/google/v1beta/models", 200, null, "test"), ("/nothing/here", 404, "not_found", null), ("/openai", 401, "invalid_key", null), ("/openai", 401, "invalid_key", "test")],
            lines.Select(line => ((string)line["path"]!, (int)line["status"]!, (string?)line["error"], (string?)line["key"])).Order());
        var text = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        Assert.All(
            [GatewayEnvironment.VirtualKey, "wrong-key-in-a-test", "alt=sse", GatewayEnvironment.CredentialOf("google"), GatewayEnvironment.CredentialOf("openai")],
            secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task RefusalThatNobodyIsThereToTake_IsALineAllTheSame()
    {
        var gone = new ClientGone();
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup
        {
            Configure = configuration => configuration["AccessLog"] = new JsonObject { ["Target"] = "File", ["Path"] = File },
            Services = gone.AddTo,
        });

        await gone.SendAsync(gateway, "/openai/v1/models");

        Assert.Equal("openai", (string?)Assert.Single(await LinesAsync(1))["provider"]);
    }

    [Fact]
    public async Task RequestsOfOneConnection_HaveLinesOfTheirOwn()
    {
        await using var gateway = await StartAsync(configuration => configuration["VirtualKeys"]![0]!["Models"] = new JsonArray("gpt-4o"));
        await using var client = await gateway.ConnectAsync();

        foreach (var (model, status) in new[] { ("gpt-4o", 200), ("other", 403), ("gpt-4o", 200) })
        {
            await client.SendAsync(Request.Post("/openai/v1/chat/completions", $$"""{"model":"{{model}}","messages":[]}"""));
            Assert.Equal(status, (await client.ReadResponseAsync()).Status);
        }

        Assert.Equal(
            [(200, "ok", "gpt-4o", null, true), (403, "refused", null, "model_not_allowed", false), (200, "ok", "gpt-4o", null, true)],
            (await LinesAsync(3)).Select(line => ((int)line["status"]!, (string?)line["outcome"], (string?)line["model"], (string?)line["error"], line["destination"] is not null)));
    }

    [Fact]
    public async Task TargetThatIsNoPath_IsLoggedAllTheSame()
    {
        await using var gateway = await StartAsync();

        (await gateway.GetAsync($"http://{Request.Host}/openai/v1/models")).AssertError(400, "invalid_request");

        Assert.Equal(("invalid_request", 400), ((string?)Assert.Single(await LinesAsync(1))["error"], (int)Assert.Single(await LinesAsync(1))["status"]!));
    }

    [Theory]
    [InlineData("/openai/../health/live")]
    [InlineData("/openai/%2e%2e/metrics")]
    public async Task PathThatLooksLikeHealth_IsLoggedAllTheSame(string target)
    {
        await using var gateway = await StartAsync();

        (await gateway.GetAsync(target)).AssertPassed();

        Assert.Equal((target, "openai"), ((string?)Assert.Single(await LinesAsync(1))["path"], (string?)Assert.Single(await LinesAsync(1))["provider"]));
    }

    [Theory]
    [InlineData("cut", "cut")]
    [InlineData("client", "cancelled")]
    [InlineData("unreachable", "unreachable")]
    public async Task CallThatBreaksOff_SaysHow(string how, string outcome)
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            if (how == "client")
            {
                await exchange.PeerClosed.WaitAsync(Deadlines.Step);
                return;
            }

            if (how == "cut")
            {
                await exchange.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab");
            }

            exchange.Close();
        };
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Post("/openai/v1/x", "{}"));
        if (how == "client")
        {
            await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 1, "the call runs");
            client.Abort();
        }

        Assert.Equal(outcome, (string?)Assert.Single(await LinesAsync(1))["outcome"]);
    }

    [Fact]
    public async Task Reload_TurnsItOnAndOff()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();

        await ChangeAsync(1, configuration => configuration["AccessLog"] = new JsonObject { ["Target"] = "File", ["Path"] = File });
        (await gateway.GetAsync("/openai/v1/models/on")).AssertPassed();
        await ChangeAsync(2, configuration => configuration.Remove("AccessLog"));
        (await gateway.GetAsync("/openai/v1/models/off")).AssertPassed();
        await ChangeAsync(3, configuration => configuration["AccessLog"] = new JsonObject { ["Target"] = "File", ["Path"] = File });
        (await gateway.GetAsync("/openai/v1/models/again")).AssertPassed();

        // Lines are written in order: once the last one is there, none before it is still to come.
        var text = await Eventually.ValueAsync(
            async () => System.IO.File.Exists(File) ? await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken) : "",
            text => text.Contains("models/again", StringComparison.Ordinal),
            "the line of the last request");
        Assert.Contains("models/on", text, StringComparison.Ordinal);
        Assert.DoesNotContain("models/off", text, StringComparison.Ordinal);

        async Task ChangeAsync(int count, Action<JsonObject> change)
        {
            gateway.ChangeConfiguration(change);
            await Eventually.TrueAsync(
                () => gateway.Logs.Lines.Count(line => line.Contains("The changed configuration is in force", StringComparison.Ordinal)) == count,
                $"change {count} is in force");
        }
    }

    [Fact]
    public async Task FileThatWasMovedAway_IsMadeAnew()
    {
        await using var gateway = await StartAsync();
        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        Assert.Single(await LinesAsync(1));

        System.IO.File.Move(File, File + ".1");

        await Eventually.TrueAsync(
            async () =>
            {
                (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
                return System.IO.File.Exists(File);
            },
            "a new file is there");
    }

    [Fact]
    public async Task TargetThatTakesNothing_DropsLines_AndHoldsNobodyUp()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(configuration => configuration["AccessLog"] = new JsonObject { ["Target"] = "File", ["Path"] = "/dev/full" });

        for (var i = 0; i < 20; i++)
        {
            (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        }

        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.access_log.dropped") == 20, "all lines are counted as dropped");
        var warning = Assert.Single(gateway.Logs.Lines, line => line.Contains("access log can't be written", StringComparison.Ordinal));
        Assert.Contains("No space left on device", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Console_GetsTheSameLines()
    {
        await using var gateway = await ProcessGateway.StartAsync((configuration, _) => configuration["AccessLog"] = new JsonObject { ["Target"] = "Console" });

        Assert.Equal(200, (await gateway.StatusAsync("/openai/v1/models?page=hidden")).Status);

        var line = await gateway.Process.WaitForAsync("""^(\{"time":.*\})$""");
        var entry = JsonNode.Parse(line.Groups[1].Value)!;
        Assert.Equal(("process", "/openai/v1/models", 200), ((string?)entry["key"], (string?)entry["path"], (int)entry["status"]!));
    }

    [Fact]
    public async Task Stop_WritesWhatIsThere()
    {
        await using (var gateway = await StartAsync())
        {
            for (var i = 0; i < 200; i++)
            {
                (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
            }

            await gateway.App.StopAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(200, (await LinesAsync(200)).Count);
    }

    [Fact]
    public async Task Run_IsALineWithItsCost()
    {
        await using var environment = await Ultra.UltraEnvironment.StartAsync(changeGateway: configuration => configuration["AccessLog"] = new JsonObject { ["Target"] = "File", ["Path"] = File });
        environment.ScriptUsualRun();

        var answer = await environment.AskAsync();

        var line = Assert.Single(await LinesAsync(1));
        Assert.Equal(
            ("ultra", "ultra", "ultra-tests", "complete", (string?)answer["ultra"]!["run_id"], (decimal)answer["ultra"]!["cost"]!["usd"]!),
            ((string?)line["provider"], (string?)line["model"], (string?)line["key"], (string?)line["outcome"], (string?)line["run_id"], (decimal)line["cost_usd"]!));
    }

    private Task<GatewayEnvironment> StartAsync(Action<JsonObject>? configure = null) => GatewayEnvironment.StartAsync(configuration =>
    {
        configuration["AccessLog"] = new JsonObject { ["Target"] = "File", ["Path"] = File };
        configure?.Invoke(configuration);
    });

    private Task<IReadOnlyList<JsonNode>> LinesAsync(int count) => Eventually.ValueAsync<IReadOnlyList<JsonNode>>(
        async () => System.IO.File.Exists(File)
            ? [.. (await System.IO.File.ReadAllLinesAsync(File, TestContext.Current.CancellationToken)).Select(line => JsonNode.Parse(line)!)]
            : [],
        lines => lines.Count >= count,
        $"{count} lines");
}
