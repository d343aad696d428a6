using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Changes of the configuration while the gateway runs (CONTRACT §1, §3).</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task Key_RemovedFromTheFile_IsRefused()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["VirtualKeys"]!.AsArray().Add(
            new JsonObject { ["Name"] = "stays", ["Value"] = "another-virtual-key-0123456789" }));
        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();

        gateway.ChangeConfiguration(c => c["VirtualKeys"]!.AsArray().RemoveAt(0));

        var refused = await Eventually.ValueAsync(() => gateway.GetAsync("/openai/v1/models"), r => r.Status != 200, "the key is gone");
        refused.AssertError(401, "invalid_key");
        (await gateway.SendAsync(Request.Send("GET", "/openai/v1/models", ["Authorization: Bearer another-virtual-key-0123456789"]))).AssertPassed();
    }

    [Fact]
    public async Task KeyAndProvider_AddedToTheFile_Work()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        gateway.ChangeConfiguration(c =>
        {
            c["Providers"]!["added"] = GatewayEnvironment.Provider("Anthropic", "added", gateway.Anthropic);
            c["VirtualKeys"]!.AsArray().Add(new JsonObject { ["Name"] = "added", ["Value"] = "added-virtual-key-0123456789" });
        });

        var response = await Eventually.ValueAsync(
            () => gateway.SendAsync(Request.Send("GET", "/added/v1/models", ["x-api-key: added-virtual-key-0123456789"])), r => r.Status == 200, "the additions work");
        response.AssertPassed();
        Assert.Equal(GatewayEnvironment.CredentialOf("added"), gateway.Anthropic.Request["x-api-key"]);
    }

    [Fact]
    public async Task Provider_RemovedFromTheFile_IsNotFoundAndItsStreamEndsInPeace()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var finish = new TaskCompletionSource();
        gateway.HuggingFace.Handler = async exchange =>
        {
            if (exchange.Request.Target == "/v1/poll")
            {
                await exchange.RespondJsonAsync("{}");
                return;
            }

            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: 1\n\n");
            await finish.Task.WaitAsync(Deadlines.Step);
            await exchange.WriteLastChunkAsync();
        };
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Get("/huggingface/v1/x"));
        (await client.ReadHeadAsync()).AssertPassed();

        gateway.ChangeConfiguration(c => c["Providers"]!.AsObject().Remove("huggingface"));

        await Eventually.TrueAsync(async () => (await gateway.GetAsync("/huggingface/v1/poll")).ErrorCode == "not_found", "the provider is gone");
        finish.SetResult();
        Assert.Equal("data: 1\n\n"u8.ToArray(), await client.ReadBodyAsync());
    }

    [Theory]
    [InlineData("broken")]
    [InlineData("unknown")]
    [InlineData("transport")]
    public async Task File_Invalid_KeepsTheLastGoodAndIsCounted(string fault)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        if (fault == "broken")
        {
            gateway.ReplaceFile("gateway.json", """{ "Gateway": { "VirtualKeys": [""");
        }
        else
        {
            gateway.ChangeConfiguration(c =>
            {
                c["VirtualKeys"]!.AsArray().Clear();
                if (fault == "unknown")
                {
                    c["Providers"]!["openai"]!["BaseURI"] = "http://127.0.0.1:1";
                }
                else
                {
                    c["VirtualKeys"]!.AsArray().Add(new JsonObject { ["Name"] = "new", ["Value"] = "new-virtual-key-0123456789" });
                    TransportOptions.Set(c, ("Timeout", (JsonNode)"00:00:07"));
                }
            });
        }

        await WaitForRejectionAsync(gateway);
        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        var complaint = fault switch { "broken" => "gateway.json", "unknown" => "Gateway:Providers:openai:BaseURI", _ => "Gateway:Transport" };
        await Eventually.TrueAsync(
            () => gateway.Logs.Lines.Any(l => l.Contains(complaint, StringComparison.Ordinal)), $"a log line says {complaint}");
    }

    [Fact]
    public async Task File_RepairedAfterAFault_IsTaken()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var good = await File.ReadAllTextAsync(gateway.ConfigurationFile, TestContext.Current.CancellationToken);
        Assert.Equal(1, gateway.Measurements.Sum("ultraai.config.last_reload_successful"));
        gateway.ReplaceFile("gateway.json", "{");
        await WaitForRejectionAsync(gateway);
        Assert.Equal(0, gateway.Measurements.Sum("ultraai.config.last_reload_successful"));

        gateway.ReplaceFile("gateway.json", good);
        gateway.ChangeConfiguration(c => c["VirtualKeys"]![0]!["Enabled"] = false);

        await Eventually.TrueAsync(async () => (await gateway.GetAsync("/openai/v1/models")).Status == 401, "the repaired file is in force");
        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.config.last_reload_successful") == 1, "the last reload was successful");
    }

    [Fact]
    public async Task SectionsOfAspNetCore_Changed_AreInForceAfterARestartAndSaid()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var root = JsonNode.Parse(await File.ReadAllTextAsync(gateway.ConfigurationFile, TestContext.Current.CancellationToken))!;
        root["Logging"] = new JsonObject { ["LogLevel"] = new JsonObject { ["Default"] = "Warning" } };

        gateway.ReplaceFile("gateway.json", root.ToJsonString());

        await Eventually.TrueAsync(
            () => gateway.Logs.Lines.Any(line => line.Contains("'Logging'", StringComparison.Ordinal) && line.Contains("needs a restart", StringComparison.Ordinal)), "the log says that it needs a restart");
        Assert.DoesNotContain(gateway.Logs.Lines, line => line.Contains("'Kestrel'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CredentialFile_Rotated_IsUsedWithoutARestart()
    {
        using var file = new TemporaryFile("canary-first-credential\n");
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
            c["Providers"]!["openai"]!["Credentials"] = new JsonArray(new JsonObject { ["Name"] = "main", ["File"] = file.Path }));
        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        Assert.Equal("Bearer canary-first-credential", gateway.OpenAI.Request["Authorization"]);

        file.Write("canary-second-credential");

        await Eventually.TrueAsync(
            async () =>
            {
                (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
                return gateway.OpenAI.Requests[^1]["Authorization"] == "Bearer canary-second-credential";
            },
            "the new credential is in use");
    }

    private static Task WaitForRejectionAsync(GatewayEnvironment gateway) => Eventually.TrueAsync(
        () => gateway.Measurements.Sum("ultraai.config.reloads", "outcome=rejected") > 0, "the reload is counted as rejected");
}
