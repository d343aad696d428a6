using System.Globalization;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>The provider's absolute URLs come back through the gateway (CONTRACT §2).</summary>
public sealed class UrlRewritingTests
{
    [Theory]
    [InlineData("Location")]
    [InlineData("Content-Location")]
    [InlineData("Operation-Location")]
    [InlineData("X-Goog-Upload-URL")]
    [InlineData("X-Goog-Upload-Control-URL")]
    public async Task Field_WithTheProvidersBase_LeadsBackThroughTheGateway(string field)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.Google.Handler = exchange => exchange.RespondAsync("200 OK", "", $"{field}: {gateway.Google.BaseUrl}/upload/v1beta/files?upload_id=%41b&x=[]#f");

        var response = await gateway.PostAsync("/google/upload/v1beta/files", "{}");

        response.AssertPassed();
        Assert.Equal($"http://{Request.Host}/google/upload/v1beta/files?upload_id=%41b&x=[]#f", response[field]);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("/", "/")]
    [InlineData("?a=1", "?a=1")]
    public async Task Base_Itself_IsRewritten(string rest, string expected)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("302 Found", "", $"Location: {gateway.OpenAI.BaseUrl}{rest}");

        var response = await gateway.GetAsync("/openai/v1/x");

        Assert.Equal($"http://{Request.Host}/openai{expected}", response["Location"]);
    }

    [Theory]
    [InlineData("{0}.evil.test/v1")]
    [InlineData("{0}0/v1")]
    [InlineData("{0}@evil.test/v1")]
    [InlineData("https://evil.test/?next={0}/v1")]
    [InlineData("https://api.openai.com.evil/v1")]
    [InlineData("/v1/relative")]
    [InlineData("relative")]
    [InlineData("//evil.test/v1")]
    public async Task Field_WithAnotherBase_PassesUnchanged(string format)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var location = string.Format(CultureInfo.InvariantCulture, format, gateway.OpenAI.BaseUrl);
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("302 Found", "", $"Location: {location}");

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertPassed(302);
        Assert.Equal(location, response["Location"]);
    }

    [Fact]
    public async Task Field_OfAnotherName_PassesUnchanged()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("200 OK", "", $"X-Documentation: {gateway.OpenAI.BaseUrl}/docs");

        var response = await gateway.GetAsync("/openai/v1/x");

        Assert.Equal(gateway.OpenAI.BaseUrl + "/docs", response["X-Documentation"]);
    }

    [Theory]
    [InlineData("https://gateway.example.test", "https://gateway.example.test/openai/v1/y")]
    [InlineData("https://gateway.example.test/", "https://gateway.example.test/openai/v1/y")]
    [InlineData("https://example.test/llm", "https://example.test/llm/openai/v1/y")]
    public async Task PublicUrl_Configured_IsUsedInsteadOfHost(string publicUrl, string expected)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["PublicUrl"] = publicUrl);
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("302 Found", "", $"Location: {gateway.OpenAI.BaseUrl}/v1/y");

        var response = await gateway.GetAsync("/openai/v1/x");

        Assert.Equal(expected, response["Location"]);
    }

    [Fact]
    public async Task BasePath_OfTheProvider_IsPartOfWhatIsReplaced()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
            c["Providers"]!["openai"]!["BaseUrl"] = (string)c["Providers"]!["openai"]!["BaseUrl"]! + "/base");
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(
            "302 Found", "", $"Location: {gateway.OpenAI.BaseUrl}/base/v1/y", $"Content-Location: {gateway.OpenAI.BaseUrl}/basement/v1/y");

        var response = await gateway.GetAsync("/openai/v1/x");

        Assert.Equal($"http://{Request.Host}/openai/v1/y", response["Location"]);
        Assert.Equal($"{gateway.OpenAI.BaseUrl}/basement/v1/y", response["Content-Location"]);
    }

    [Theory]
    [InlineData("/v1/messages/batches/b", "identity")]
    [InlineData("/v1/messages/batches/b", "gzip")]
    [InlineData("/v1/messages/batches?limit=2", "identity")]
    [InlineData("/v1/messages/batches/b/cancel", "identity")]
    public async Task ResultsUrl_OfAMessageBatch_LeadsBackThroughTheGateway(string target, string coding)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var batch = $$"""{ "id" : "b", "unknown":[1.50,"\u00e9"], "results_url" : "{{gateway.Anthropic.BaseUrl}}/v1/messages/batches/b/results" }""";
        var text = target.Contains('?', StringComparison.Ordinal) ? $$"""{"data":[{{batch}},{{batch}}]}""" : batch;
        gateway.Anthropic.Handler = exchange => exchange.RespondAsync(
            "200 OK", Coding.Encode(coding, text), "Content-Type: application/json", coding == "gzip" ? "Content-Encoding: gzip" : "X-Plain: 1");

        var response = await gateway.GetAsync("/anthropic" + target, "Accept-Encoding: gzip");

        response.AssertPassed();
        Assert.Equal(text.Replace(gateway.Anthropic.BaseUrl, $"http://{Request.Host}/anthropic", StringComparison.Ordinal), Coding.Decode(response));
    }

    [Theory]
    [InlineData("/proxy", "/v1/messages/batches/b")]
    [InlineData("/proxy/v1", "/messages/batches/b")]
    public async Task ResultsUrl_WhereTheBaseUrlHasAPath_LeadsBackThroughTheGateway(string basePath, string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
            c["Providers"]!["anthropic"]!["BaseUrl"] = (string)c["Providers"]!["anthropic"]!["BaseUrl"]! + basePath);
        var text = $$"""{"results_url":"{{gateway.Anthropic.BaseUrl}}{{basePath}}{{target}}/results"}""";
        gateway.Anthropic.Handler = exchange => exchange.RespondJsonAsync(text);

        var response = await gateway.GetAsync("/anthropic" + target);

        response.AssertPassed();
        Assert.Equal($$"""{"results_url":"http://{{Request.Host}}/anthropic{{target}}/results"}""", response.BodyText);
    }

    [Theory]
    [InlineData("anthropic", "/v1/messages", "application/json")]
    [InlineData("anthropic", "/v1/messages/batches/b/results", "application/x-jsonl")]
    [InlineData("openai", "/v1/messages/batches/b", "application/json")]
    public async Task Body_OfAnythingElse_PassesByteForByte(string provider, string target, string type)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var text = $$"""{"results_url":"{{gateway.Upstream(provider).BaseUrl}}/v1/messages/batches/b/results"}""";
        gateway.Upstream(provider).Handler = exchange => exchange.RespondAsync("200 OK", text, "Content-Type: " + type);

        var response = await gateway.GetAsync($"/{provider}{target}");

        response.AssertPassed();
        Assert.Equal(text, response.BodyText);
    }

    [Fact]
    public async Task MessageBatch_WithAnotherUrl_PassesByteForByte()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var text = $$"""{"results_url":null,"next":"{{gateway.Anthropic.BaseUrl}}.evil.test/x", "text":"about {{gateway.Anthropic.BaseUrl}}/v1"}""";
        gateway.Anthropic.Handler = exchange => exchange.RespondAsync("200 OK", text, "Content-Type: application/json");

        var response = await gateway.GetAsync("/anthropic/v1/messages/batches/b");

        response.AssertPassed();
        Assert.Equal(text, response.BodyText);
    }
}
