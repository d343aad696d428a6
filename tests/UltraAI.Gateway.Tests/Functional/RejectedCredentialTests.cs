using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>What becomes of a provider that says no to the real credential (CONTRACT §3).</summary>
public sealed class RejectedCredentialTests
{
    private const string GoogleRejection =
        """{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}""";

    [Theory]
    [InlineData("openai")]
    [InlineData("anthropic")]
    [InlineData("google")]
    [InlineData("huggingface")]
    public async Task Unauthorized_WithoutASucceedingProbe_Is502WithoutTheProvidersText(string provider)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.Upstream(provider).Handler = exchange => exchange.RespondAsync(
            "401 Unauthorized", $$"""{"error":"secret-text about {{GatewayEnvironment.CredentialOf(provider)}}"}""", "Content-Type: application/json", "WWW-Authenticate: secret-text");

        var response = await gateway.PostAsync($"/{provider}/v1/chat/completions", "{}");

        response.AssertError(502, "provider_key_rejected");
        ErrorShape.Assert(provider, response);
        Assert.DoesNotContain("secret-text", response.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain(GatewayEnvironment.CredentialOf(provider), response.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unauthorized_WhileTheProbeSucceeds_PassesWithTheCredentialMasked()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.Request.Method == "GET"
            ? exchange.RespondJsonAsync("""{"object":"list","data":[]}""")
            : exchange.RespondAsync("401 Unauthorized", $$$"""{"error":{"message":"No such organization for {{{GatewayEnvironment.CredentialOf("openai")}}}."}}""");

        var response = await gateway.PostAsync("/openai/v1/chat/completions", "{}", "OpenAI-Organization: org-wrong");

        response.AssertPassed(401);
        Assert.Contains("No such organization for ", response.BodyText, StringComparison.Ordinal);
        Assert.DoesNotContain(GatewayEnvironment.CredentialOf("openai"), response.Everything, StringComparison.Ordinal);
        var probe = Assert.Single(gateway.OpenAI.Requests, r => r.Method == "GET");
        Assert.Equal("Bearer " + GatewayEnvironment.CredentialOf("openai"), probe["Authorization"]);
        Assert.False(probe.Has("OpenAI-Organization"), probe.Text);
    }

    [Fact]
    public async Task Probe_OfARejectedCredential_IsMadeAtMostOnceAMinute()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("401 Unauthorized", "{}");

        for (var i = 0; i < 5; i++)
        {
            (await gateway.PostAsync("/openai/v1/chat/completions", "{}")).AssertError(502, "provider_key_rejected");
        }

        Assert.InRange(gateway.OpenAI.Requests.Count(r => r.Method == "GET"), 0, 1);
    }

    /// <summary>An alert goes by it: for as long as the credential is out.</summary>
    [Fact]
    public async Task RejectedCredential_IsSeenInItsState()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        (await gateway.PostAsync("/openai/v1/chat/completions", "{}")).AssertPassed();
        Assert.Equal(0, gateway.Measurements.Sum("ultraai.credential.state"));
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("401 Unauthorized", "{}");

        (await gateway.PostAsync("/openai/v1/chat/completions", "{}")).AssertError(502, "provider_key_rejected");

        Assert.Equal(2, gateway.Measurements.Sum("ultraai.credential.state", "provider=openai"));
        Assert.Equal(2, gateway.Measurements.Sum("ultraai.credential.state"));
    }

    [Fact]
    public async Task Google400_ThatSaysApiKeyInvalid_Is502WithoutTheProvidersText()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.Google.Handler = exchange => exchange.RespondAsync("400 Bad Request", GoogleRejection, "Content-Type: application/json");

        var response = await gateway.PostAsync("/google/v1beta/models/gemini-2.5-flash:generateContent", "{}");

        response.AssertError(502, "provider_key_rejected");
        ErrorShape.Assert("google", response);
        Assert.DoesNotContain("API_KEY_INVALID", response.BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Google400_ThatSaysSo_Compressed_Is502Too()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.Google.Handler = exchange => exchange.RespondAsync(
            "400 Bad Request", Coding.Encode("gzip", GoogleRejection), "Content-Type: application/json", "Content-Encoding: gzip");

        var response = await gateway.PostAsync("/google/v1beta/models/gemini-2.5-flash:generateContent", "{}");

        response.AssertError(502, "provider_key_rejected");
    }

    [Fact]
    public async Task Google400_OfAnotherReason_Passes()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        const string Body = """{"error":{"code":400,"message":"Unknown name API_KEY","status":"INVALID_ARGUMENT"}}""";
        gateway.Google.Handler = exchange => exchange.RespondAsync("400 Bad Request", Body, "Content-Type: application/json");

        var response = await gateway.PostAsync("/google/v1beta/models/gemini-2.5-flash:generateContent", "{}");

        response.AssertPassed(400);
        Assert.Equal(Body, response.BodyText);
    }

    [Fact]
    public async Task BadRequest_OfAnotherProviderWithThatWord_Passes()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("400 Bad Request", GoogleRejection, "Content-Type: application/json");

        var response = await gateway.PostAsync("/openai/v1/chat/completions", "{}");

        response.AssertPassed(400);
        Assert.Equal(GoogleRejection, response.BodyText);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("anthropic")]
    [InlineData("google")]
    [InlineData("huggingface")]
    public async Task Forbidden_OfTheProvider_Passes(string provider)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.Upstream(provider).Handler = exchange => exchange.RespondAsync("403 Forbidden", """{"error":"region"}""", "Content-Type: application/json");

        var response = await gateway.PostAsync($"/{provider}/v1/x", "{}");

        response.AssertPassed(403);
        Assert.Equal("""{"error":"region"}""", response.BodyText);
        Assert.Single(gateway.Upstream(provider).Requests);
    }
}
