using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>The <c>Endpoints</c> of a key, and the administrative paths that none has unasked (CONTRACT §3).</summary>
public sealed class KeyEndpointTests
{
    [Theory]
    [InlineData("/openai/v1/organization/users")]
    [InlineData("/openai/v1/organization/admin_api_keys?limit=1")]
    [InlineData("/openai/v1/organization/projects/p/api_keys/k")]
    [InlineData("/openai/v1/%6Frganization/users")]
    [InlineData("/openai/%76%31/organization/users")]
    [InlineData("/openai/v1/./organization/users")]
    [InlineData("/openai/./v1/organization/users")]
    [InlineData("/openai/v1/%2e/organization/users")]
    [InlineData("/openai/v1/models/../organization/users")]
    [InlineData("/openai/v1/models/%2e%2E/organization/users")]
    [InlineData("/openai/x/../v1/organization/users")]
    [InlineData("/openai/v1%2Forganization/users")]
    [InlineData("/openai/v1/organization%2fusers")]
    [InlineData("/openai/v1/models/..%2forganization/users")]
    [InlineData("/openai//v1/organization/users")]
    [InlineData("/openai/v1//organization/users")]
    [InlineData("/openai/v1/organization//users")]
    [InlineData("/anthropic/v1/organizations/api_keys")]
    [InlineData("/anthropic/v1/organizations/x/../workspaces")]
    [InlineData("/anthropic/v1/messages/%2e%2e/organizations/users")]
    public async Task AdministrativePath_HoweverWritten_IsNotAllowedByDefault(string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.GetAsync(target);

        response.AssertError(403, "endpoint_not_allowed");
        ErrorShape.Assert(target.Split('/')[1], response);
        Assert.All(gateway.Upstreams, u => Assert.Empty(u.Requests));
    }

    [Theory]
    [InlineData("/openai/v1/organizations")]
    [InlineData("/openai/v1/models/organization")]
    [InlineData("/openai/organization/users")]
    [InlineData("/google/v1/organization/users")]
    [InlineData("/openai/v1/files/a%2Fb")]
    public async Task Path_ThatIsNotAdministrative_Passes(string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        (await gateway.GetAsync(target)).AssertPassed();
    }

    [Theory]
    [InlineData("POST", "/openai/v1/chat/completions", true)]
    [InlineData("POST", "/openai/v1/chat/completions?x=/v1/files", true)]
    [InlineData("POST", "/openai/v1/ch%61t/completions", true)]
    [InlineData("GET", "/openai/v1/models/gpt-4o", true)]
    [InlineData("GET", "/openai/v1/threads/t/runs/r/steps", true)]
    [InlineData("GET", "/openai/v1/chat/completions", false)]
    [InlineData("post", "/openai/v1/chat/completions", false)]
    [InlineData("POST", "/openai/v1/chat/completions/", false)]
    [InlineData("POST", "/openai/v1/chat", false)]
    [InlineData("GET", "/openai/v1/models", false)]
    [InlineData("GET", "/openai/v1/models/a/b", false)]
    [InlineData("GET", "/openai/v1/models/a%2Fb", false)]
    [InlineData("GET", "/openai/v1/threads/../files", false)]
    [InlineData("GET", "/openai/v1/threads/%2e%2e/files", false)]
    [InlineData("GET", "/openai/v1/threads/x/..%2f..%2ffiles", false)]
    [InlineData("DELETE", "/openai/v1/files/f", false)]
    public async Task Endpoints_OfAKey_AreAllThatItMayCall(string method, string target, bool isAllowed)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["VirtualKeys"]![0]!["Endpoints"] = new JsonArray(
            "POST /v1/chat/completions", "GET /v1/models/*", "GET /v1/threads/**"));

        var response = await gateway.SendAsync(Request.Send(method, target, [Request.Authorization], "{}"));

        if (isAllowed)
        {
            response.AssertPassed();
            Assert.Equal(target["/openai".Length..], gateway.OpenAI.Request.Target);
        }
        else
        {
            response.AssertError(403, "endpoint_not_allowed");
            Assert.Empty(gateway.OpenAI.Requests);
        }
    }

    [Fact]
    public async Task AdministrativePath_NamedByAKey_Passes()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["VirtualKeys"]![0]!["Endpoints"] = new JsonArray("GET /v1/organization/**"));

        (await gateway.GetAsync("/openai/v1/organization/users")).AssertPassed();
        (await gateway.GetAsync("/openai/v1/models")).AssertError(403, "endpoint_not_allowed");
    }
}
