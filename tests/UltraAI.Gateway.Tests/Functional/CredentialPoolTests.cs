using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Several credentials for one provider (CONTRACT §3).</summary>
public sealed class CredentialPoolTests
{
    private static readonly string[] Names = ["one", "two", "three"];

    [Fact]
    public async Task Calls_AreSpreadOverAllCredentials()
    {
        await using var gateway = await StartAsync();

        for (var i = 0; i < 30; i++)
        {
            (await gateway.PostAsync("/openai/v1/chat/completions", "{}")).AssertPassed();
        }

        Assert.All(Names, name => Assert.InRange(gateway.OpenAI.Requests.Count(request => request["Authorization"] == "Bearer " + SecretOf(name)), 5, 15));
    }

    [Fact]
    public async Task KeyWithCredentials_UsesThoseAlone()
    {
        await using var gateway = await StartAsync(c => c["VirtualKeys"]![0]!["Credentials"] = new JsonArray("two"));

        for (var i = 0; i < 10; i++)
        {
            (await gateway.PostAsync("/openai/v1/chat/completions", "{}")).AssertPassed();
        }

        Assert.All(gateway.OpenAI.Requests, request => Assert.Equal("Bearer " + SecretOf("two"), request["Authorization"]));
    }

    [Fact]
    public async Task KeyWithCredentials_IsRefusedWhereAProviderHasNoneOfThem()
    {
        await using var gateway = await StartAsync(c => c["VirtualKeys"]![0]!["Credentials"] = new JsonArray("two"));

        (await gateway.PostAsync("/anthropic/v1/messages", "{}")).AssertError(403, "provider_not_allowed");

        Assert.Empty(gateway.Anthropic.Requests);
    }

    [Fact]
    public async Task CredentialThatWasUsed_IsMasked_WhicheverItWas()
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(
            "400 Bad Request", $$"""{"error":"{{exchange.Request["Authorization"]}}"}""", "Content-Type: application/json", $"X-Echo: {exchange.Request["Authorization"]}");

        for (var i = 0; i < 9; i++)
        {
            var response = await gateway.PostAsync("/openai/v1/chat/completions", "{}");

            response.AssertPassed(400);
            Assert.Equal("Bearer [redacted]", response["X-Echo"]);
            Assert.All(Names, name => Assert.DoesNotContain(SecretOf(name), response.Everything, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Destinations_ShareTheCalls_AndTheirLinksLeadBack()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
        {
            var provider = c["Providers"]!["openai"]!.AsObject();
            provider.Remove("BaseUrl");
            provider["Destinations"] = new JsonArray($"http://127.0.0.1:{PortOf(c, "google")}", $"http://127.0.0.1:{PortOf(c, "huggingface")}");
        });
        gateway.Google.Handler = gateway.HuggingFace.Handler = exchange => exchange.RespondAsync("200 OK", "{}", $"Location: http://{exchange.Request["Host"]}/v1/files/1");

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal($"http://{Request.Host}/openai/v1/files/1", (await gateway.PostAsync("/openai/v1/files", "{}"))["Location"]);
        }

        Assert.InRange(gateway.Google.Requests.Count, 5, 15);
        Assert.Equal(20, gateway.Google.Requests.Count + gateway.HuggingFace.Requests.Count);
        Assert.Empty(gateway.OpenAI.Requests);
    }

    private static string SecretOf(string name) => $"canary-credential-{name}-51d7e0";

    private static int PortOf(JsonObject configuration, string provider) => new Uri((string)configuration["Providers"]![provider]!["BaseUrl"]!).Port;

    private static Task<GatewayEnvironment> StartAsync(Action<JsonObject>? configure = null) => GatewayEnvironment.StartAsync(c =>
    {
        c["Providers"]!["openai"]!["Credentials"] = new JsonArray([.. Names.Select(name => new JsonObject { ["Name"] = name, ["Value"] = SecretOf(name) })]);
        configure?.Invoke(c);
    });
}
