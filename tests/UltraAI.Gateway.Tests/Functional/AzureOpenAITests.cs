using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json.Nodes;
using OpenAI;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>The kind <c>AzureOpenAI</c>: deployments in the path, the credential in <c>api-key</c>, an address of its own.</summary>
public sealed class AzureOpenAITests
{
    private const string Deployment = "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21";

    private const string Completion = """
        {"id":"c1","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Hello from Azure"}}],"usage":{"prompt_tokens":1,"completion_tokens":3,"total_tokens":4}}
        """;

    [Theory]
    [InlineData("api-key: ")]
    [InlineData("Authorization: Bearer ")]
    public async Task Deployment_IsCalledWithTheCredentialInApiKey(string carrier)
    {
        await using var gateway = await StartAsync();

        var response = await gateway.SendAsync(Request.Send("POST", "/azure-eu" + Deployment, [carrier + GatewayEnvironment.VirtualKey], "{}"));

        response.AssertPassed();
        var request = Assert.Single(gateway.OpenAI.Requests);
        Assert.Equal(Deployment, request.Target);
        Assert.Equal(GatewayEnvironment.CredentialOf("azure"), request["api-key"]);
        Assert.Null(request["Authorization"]);
    }

    [Fact]
    public async Task OpenAISdk_AgainstTheV1Paths_Works()
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.RespondJsonAsync(Completion);
        };
        var client = new OpenAIClient(
            new ApiKeyCredential(GatewayEnvironment.VirtualKey),
            new OpenAIClientOptions { Endpoint = new Uri($"http://127.0.0.1:{gateway.Port}/azure-eu/openai/v1"), RetryPolicy = new ClientRetryPolicy(0) });

        var answer = await client.GetChatClient("my-gpt").CompleteChatAsync("Hello!");

        Assert.Equal("Hello from Azure", answer.Value.Content[0].Text);
        Assert.Equal("/openai/v1/chat/completions", Assert.Single(gateway.OpenAI.Requests).Target);
    }

    [Fact]
    public async Task OperationLocation_LeadsBackToTheGateway()
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(
            "202 Accepted", "{}", $"Operation-Location: {gateway.OpenAI.BaseUrl}/openai/operations/images/1?api-version=2024-10-21");

        var response = await gateway.PostAsync("/azure-eu/openai/images/generations:submit?api-version=2024-10-21", "{}");

        Assert.Equal($"http://{Request.Host}/azure-eu/openai/operations/images/1?api-version=2024-10-21", response["Operation-Location"]);
    }

    [Theory]
    [InlineData("/azure-eu/v1/organization/users")]
    [InlineData("/azure-eu/openai/v1/organization/users")]
    public async Task AdministrativePath_IsRefusedByDefault(string target)
    {
        await using var gateway = await StartAsync();

        (await gateway.GetAsync(target)).AssertError(403, "endpoint_not_allowed");

        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Fact]
    public async Task RefusedCredential_IsTheGatewaysFault()
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("401 Access Denied", """{"error":{"code":"401","message":"Access denied"}}""", "Content-Type: application/json");

        (await gateway.PostAsync("/azure-eu" + Deployment, "{}")).AssertError(502, "provider_key_rejected");

        Assert.Equal("/openai/models?api-version=2024-10-21", gateway.OpenAI.Requests[^1].Target);
    }

    [Fact]
    public async Task BaseUrl_LeftOut_IsAFault()
    {
        var exception = await Assert.ThrowsAsync<ConfigurationException>(() => GatewayEnvironment.StartAsync(
            c => c["Providers"]!["azure-eu"] = new JsonObject { ["Kind"] = "AzureOpenAI" }));

        Assert.Equal("Gateway:Providers:azure-eu:BaseUrl", Assert.Single(exception.Errors).Path);
    }

    private static Task<GatewayEnvironment> StartAsync() => GatewayEnvironment.StartAsync(c =>
        c["Providers"]!["azure-eu"] = GatewayEnvironment.Provider("AzureOpenAI", "azure", (string)c["Providers"]!["openai"]!["BaseUrl"]!));
}
