using System.Text.Json;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>What <c>/health/providers</c> tells (CONTRACT §7).</summary>
public sealed class ProviderHealthTests
{
    [Fact]
    public async Task Providers_ThatWereNotCalled_StandThereWithNothing()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var answer = await GetAsync(gateway);
        var providers = answer.GetProperty("providers");

        Assert.Equal(["anthropic", "google", "huggingface", "openai"], providers.EnumerateArray().Select(provider => provider.GetProperty("name").GetString()));
        var openai = providers[3];
        Assert.Equal("OpenAI", openai.GetProperty("kind").GetString());
        Assert.Equal((0, 0), (openai.GetProperty("active_calls").GetInt32(), openai.GetProperty("waiting_calls").GetInt32()));
        string[] outcomes = ["ok", "client_error", "provider_error", "timeout", "unreachable", "cut", "cancelled", "client_timeout", "refused"];
        foreach (var counts in (JsonElement[])[openai.GetProperty("since_start"), openai.GetProperty("last_minute").GetProperty("requests")])
        {
            Assert.Equal(outcomes, AdminClient.NamesOf(counts));
            Assert.All(counts.EnumerateObject(), count => Assert.Equal(0, count.Value.GetInt32()));
        }

        Assert.Equal(JsonValueKind.Null, openai.GetProperty("last_minute").GetProperty("latency_ms").ValueKind);
        Assert.Equal(JsonValueKind.Null, openai.GetProperty("connections").GetProperty("requests_per_connection").ValueKind);
        var destination = Assert.Single(openai.GetProperty("destinations").EnumerateArray());
        Assert.Equal(("closed", 0), (destination.GetProperty("circuit").GetString(), destination.GetProperty("active_calls").GetInt32()));
        var credential = Assert.Single(openai.GetProperty("credentials").EnumerateArray());
        Assert.Equal(("main", "ready", JsonValueKind.Null), (credential.GetProperty("name").GetString(), credential.GetProperty("state").GetString(), credential.GetProperty("until").ValueKind));
    }

    [Fact]
    public async Task Calls_AreCountedByHowTheyEnd_AndTimed()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(exchange.Request["X-Answer"] ?? "200 OK", "{}");
        await gateway.GetAsync("/openai/v1/models");
        await gateway.GetAsync("/openai/v1/models");
        await gateway.GetAsync("/openai/v1/models", "X-Answer: 404 Not Found");
        await gateway.GetAsync("/openai/v1/models", "X-Answer: 500 Oh no");

        var openai = await Eventually.ValueAsync(
            () => ReadAsync(gateway, "openai"), provider => Sum(provider.GetProperty("since_start")) == 4, "all four calls are counted");

        foreach (var counts in (JsonElement[])[openai.GetProperty("since_start"), openai.GetProperty("last_minute").GetProperty("requests")])
        {
            Assert.Equal(
                (2, 1, 1), (counts.GetProperty("ok").GetInt32(), counts.GetProperty("client_error").GetInt32(), counts.GetProperty("provider_error").GetInt32()));
        }

        var latency = openai.GetProperty("last_minute").GetProperty("latency_ms");
        Assert.InRange(latency.GetProperty("p50").GetDouble(), 0.01, latency.GetProperty("p99").GetDouble());
        Assert.Equal(0, Sum((await ReadAsync(gateway, "google")).GetProperty("since_start")));
    }

    [Fact]
    public async Task FirstChunk_OfAStream_IsTimedByItself()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var finish = new TaskCompletionSource();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: {}\n\n");
            await finish.Task.WaitAsync(Deadlines.Step);
            await exchange.WriteLastChunkAsync();
        };
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Post("/openai/v1/chat/completions", """{"model":"m","stream":true,"messages":[]}"""));
        await client.ReadHeadAsync();
        await client.ReadTextAsync(10);

        var running = await ReadAsync(gateway, "openai");
        await Task.Delay(200, TestContext.Current.CancellationToken); // what the stream takes longer than its first chunk
        finish.SetResult();
        await client.ReadBodyAsync();
        var ended = await Eventually.ValueAsync(() => ReadAsync(gateway, "openai"), provider => Sum(provider.GetProperty("since_start")) == 1, "the call has ended");

        Assert.Equal(1, running.GetProperty("active_calls").GetInt32());
        Assert.Equal(1, running.GetProperty("connections").GetProperty("active").GetInt32());
        Assert.Equal(0, ended.GetProperty("active_calls").GetInt32());
        var minute = ended.GetProperty("last_minute");
        Assert.True(minute.GetProperty("time_to_first_chunk_ms").GetProperty("p50").GetDouble() < minute.GetProperty("latency_ms").GetProperty("p50").GetDouble(), minute.ToString());
    }

    [Fact]
    public async Task Connections_AreCountedWithTheirReuse()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        }

        var connections = (await Eventually.ValueAsync(
            () => ReadAsync(gateway, "openai"),
            provider => provider.GetProperty("connections").GetProperty("idle").GetInt32() == 1,
            "the connection is idle")).GetProperty("connections");

        Assert.Equal(0, connections.GetProperty("active").GetInt32());
        Assert.Equal(1, connections.GetProperty("made_total").GetInt32());
        Assert.Equal(5, connections.GetProperty("requests_per_connection").GetDouble());

        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("200 OK", "{}", "Connection: close");
        await gateway.GetAsync("/openai/v1/models");
        await Eventually.TrueAsync(
            async () => (await ReadAsync(gateway, "openai")).GetProperty("connections") is var after
                && after.GetProperty("idle").GetInt32() + after.GetProperty("active").GetInt32() == 0 && after.GetProperty("made_total").GetInt32() == 1,
            "a connection that was closed counts as made");
    }

    [Fact]
    public async Task Waiting_IsCountedAndTimed()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["Transport"] = new JsonObject { ["MaxCallsPerOrigin"] = 1 });
        var finish = new TaskCompletionSource();
        gateway.OpenAI.Handler = async exchange =>
        {
            await finish.Task.WaitAsync(Deadlines.Step);
            await exchange.RespondAsync("200 OK", "{}");
        };
        var first = gateway.GetAsync("/openai/v1/models");
        await Eventually.TrueAsync(async () => (await ReadAsync(gateway, "openai")).GetProperty("active_calls").GetInt32() == 1, "one runs");
        var second = gateway.GetAsync("/openai/v1/models");
        await Eventually.TrueAsync(async () => (await ReadAsync(gateway, "openai")).GetProperty("waiting_calls").GetInt32() == 1, "one waits");
        Assert.Equal(0, (await ReadAsync(gateway, "openai")).GetProperty("last_minute").GetProperty("wait_ms").GetProperty("p99").GetDouble());

        finish.SetResult();
        await Task.WhenAll(first, second);

        var after = await ReadAsync(gateway, "openai");
        Assert.Equal(0, after.GetProperty("waiting_calls").GetInt32());
        Assert.True(after.GetProperty("last_minute").GetProperty("wait_ms").GetProperty("p50").GetDouble() > 0, after.ToString());
    }

    [Fact]
    public async Task Pools_AreShownWithWhatRests()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["Providers"]!["openai"]!["Credentials"] = new JsonArray(
            new JsonObject { ["Name"] = "first", ["Value"] = "canary-credential-first-6c0e2f8d4b" },
            new JsonObject { ["Name"] = "second", ["Value"] = "canary-credential-second-6c0e2f8d4b" }));
        gateway.OpenAI.Handler = exchange => exchange.Request["Authorization"]!.Contains("first", StringComparison.Ordinal)
            ? exchange.RespondAsync("429 Too Many Requests", "{}", "Retry-After: 60")
            : exchange.RespondAsync("200 OK", "{}");

        // Which of the two is asked first is not said.
        var credentials = await Eventually.ValueAsync(
            async () =>
            {
                (await gateway.PostAsync("/openai/v1/chat/completions", """{"model":"m","messages":[]}""")).AssertPassed();
                return (await ReadAsync(gateway, "openai")).GetProperty("credentials");
            },
            credentials => credentials[0].GetProperty("state").GetString() == "resting",
            "the first credential rests");

        Assert.Equal("first", credentials[0].GetProperty("name").GetString());
        Assert.Equal("m", Assert.Single(credentials[0].GetProperty("models").EnumerateArray()).GetString());
        Assert.InRange(credentials[0].GetProperty("until").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddSeconds(10), DateTimeOffset.UtcNow.AddSeconds(70));
        Assert.Equal(("second", "ready"), (credentials[1].GetProperty("name").GetString(), credentials[1].GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Operators_AloneSeeIt_AndNoSecretIsInIt()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup
        {
            HasAdminToken = true,
            Configure = c => c["Admin"]!["AllowedNetworks"] = new JsonArray(),
        });

        (await gateway.SendAsync(Request.Send("GET", "/health/providers", []))).AssertError(403, "network_not_allowed");
        (await gateway.SendAsync(Request.Send("GET", "/health/providers", ["Authorization: Bearer wrong"]))).AssertError(401, "invalid_key");
        var answer = await gateway.SendAsync(Request.Send("GET", "/health/providers", [AdminClient.Token]));
        var head = await gateway.SendAsync(Request.Send("HEAD", "/health/providers", [AdminClient.Token]));

        Assert.Equal((200, "no-store", 200), (answer.Status, answer["Cache-Control"], head.Status));
        Assert.Equal(4, answer.Json().GetProperty("providers").GetArrayLength());
        Assert.All(
            (string[])["openai", "anthropic", "google", "huggingface"],
            name => Assert.DoesNotContain(GatewayEnvironment.CredentialOf(name), answer.Everything, StringComparison.Ordinal));
        Assert.Equal(200, (await (await DashboardClient.SignInAsync(gateway)).GetAsync("/health/providers")).Status);
    }

    private static int Sum(JsonElement counts) => counts.EnumerateObject().Sum(count => count.Value.GetInt32());

    private static async Task<JsonElement> ReadAsync(GatewayEnvironment gateway, string provider) =>
        (await GetAsync(gateway)).GetProperty("providers").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == provider);

    private static async Task<JsonElement> GetAsync(GatewayEnvironment gateway)
    {
        var answer = await gateway.SendAsync(Request.Send("GET", "/health/providers", []));
        Assert.True(answer.Status == 200, answer.Everything);
        return answer.Json();
    }
}
