using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary><c>GET /ultra/ready</c> goes by circuits and credentials, and calls nobody (ULTRA.md). Of circuits: <see cref="UltraStreamTests"/>.</summary>
public sealed class UltraReadyTests
{
    private readonly ShiftedTime _time = new();

    [Fact]
    public async Task ModelForWhichAllCredentialsRest_IsNotThere_UntilOneHasRested()
    {
        await using var environment = await StartAsync(gateway =>
        {
            var provider = gateway["Providers"]!["openai"]!;
            var secret = (string)provider["Credentials"]![0]!["Value"]!;
            provider["Credentials"] = new JsonArray(new JsonObject { ["Name"] = "one", ["Value"] = secret }, new JsonObject { ["Name"] = "two", ["Value"] = secret });
        });
        environment.Simulator.OpenAI.Script(_ => true, SimulatedBehaviour.RateLimited(TimeSpan.FromSeconds(60)));
        Assert.Equal((200, 2), await ReadyAsync(environment, "ultra"));

        await LimitAsync(environment, "model-a");

        Assert.Equal((503, 1), await ReadyAsync(environment, "ultra"));
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal((200, 2), await ReadyAsync(environment, "ultra"));

        // Another model's rest is none of its business.
        await LimitAsync(environment, "model-z");
        Assert.Equal((200, 2), await ReadyAsync(environment, "ultra"));
    }

    [Fact]
    public async Task ModelWhoseOnlyCredentialWasRejected_IsNotThere()
    {
        await using var environment = await StartAsync(gateway => gateway["Providers"]!["openai"]!["Credentials"]![0]!["Value"] = "not-the-right-one-4711");
        Assert.Equal((200, 2), await ReadyAsync(environment, "ultra"));

        using var refused = await environment.PostAsync("/openai/v1/chat/completions", """{"model":"model-a","messages":[]}""");

        Assert.Equal("provider_key_rejected", Assert.Single(refused.Headers.GetValues("x-ultraai-error")));
        Assert.Equal((503, 1), await ReadyAsync(environment, "ultra"));
    }

    private static async Task LimitAsync(UltraEnvironment environment, string model)
    {
        using var limited = await environment.PostAsync("/openai/v1/chat/completions", $$"""{"model":"{{model}}","messages":[]}""");
        Assert.Equal(429, (int)limited.StatusCode);
    }

    private static async Task<(int Status, int MembersReady)> ReadyAsync(UltraEnvironment environment, string preset)
    {
        var before = environment.Requests.Count();
        using var ready = await environment.SendAsync(HttpMethod.Get, "/ultra/ready");
        var page = JsonNode.Parse(await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(before, environment.Requests.Count());
        return ((int)ready.StatusCode, (int)page["presets"]!.AsArray().Single(state => (string?)state!["id"] == preset)!["members_ready"]!);
    }

    private Task<UltraEnvironment> StartAsync(Action<JsonObject> changeGateway) => UltraEnvironment.StartAsync(
        preset => preset["Members"] = new JsonArray("openai/model-a", "anthropic/model-b"),
        changeGateway,
        services => services.AddSingleton<TimeProvider>(_time));
}
