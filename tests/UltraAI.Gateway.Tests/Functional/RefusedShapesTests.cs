using System.Net;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Requests that must not reach a provider in any form, and endings that must not harm the gateway.</summary>
public sealed class RefusedShapesTests
{
    private const string ScopedKey = "canary-scoped-key-51b7";

    [Theory]
    [InlineData("TRACE", "/openai/v1/models")]
    [InlineData("CONNECT", "/openai/v1/models")]
    public async Task Method_ThatWouldShowOrTunnel_IsRefused(string method, string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(Request.Send(method, target, [Request.Authorization]));

        Assert.Equal(400, response.Status);
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Theory]
    [InlineData("post")]
    [InlineData("Post")]
    [InlineData("get")]
    [InlineData("head")]
    [InlineData("patch")]
    public async Task Method_InOtherLettersThanItsOwn_IsRefused(string method)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["VirtualKeys"]![0]!["Limits"] = new JsonObject { ["TokensPerMinute"] = 1000 });

        var response = await gateway.SendAsync(Request.Send(
            method, "/openai/v1/chat/completions", [Request.Authorization, "Content-Type: application/json"], """{"model":"gpt-4o","messages":[]}"""));

        response.AssertError(400, "invalid_request");
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Fact]
    public async Task Method_ThatNobodyKnows_PassesAsItIsWritten()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        (await gateway.SendAsync(Request.Send("Purge", "/openai/v1/models/x", [Request.Authorization]))).AssertPassed();

        Assert.Equal("Purge", gateway.OpenAI.Request.Method);
    }

    [Theory]
    [InlineData("/openai/v1/models/x HTTP/1.1")]
    [InlineData("/openai/v1/models/x\ty")]
    [InlineData("/openai/v1/models/x?a=b c")]
    public async Task Target_ThatWouldSplitARequestLine_IsRefusedOverHttp2(string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup
        {
            Arguments = ["--Kestrel:EndpointDefaults:Protocols=Http2"],
        });
        using var client = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.Latin1 };
        using var invoker = new HttpMessageInvoker(client);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(
            $"http://127.0.0.1:{gateway.Port}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + GatewayEnvironment.VirtualKey);

        using var response = await invoker.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_request", Assert.Single(response.Headers.GetValues("x-ultraai-error")));
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Theory]
    [InlineData("/v1", "/based/organization/users")]
    [InlineData("/proxy", "/based/../v1/x")]
    [InlineData("/proxy", "/based/%2e%2e/v1/x")]
    [InlineData("/proxy", "/based/v1/organization/users")]
    [InlineData("/proxy", "/based/v1/%6Frganization/users")]
    [InlineData("/proxy/v1", "/based/organization/users")]
    public async Task BaseUrlWithAPath_IsNeverLeft(string basePath, string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        await using var based = await GatewayEnvironment.StartAsync(c =>
            c["Providers"]!["based"] = GatewayEnvironment.Provider("OpenAI", "based", gateway.OpenAI.BaseUrl + basePath));

        var response = await based.GetAsync(target);

        response.AssertError(403, "endpoint_not_allowed");
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Fact]
    public async Task BaseUrlWithAPath_StandsBeforeTheTarget()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        await using var based = await GatewayEnvironment.StartAsync(c =>
            c["Providers"]!["based"] = GatewayEnvironment.Provider("OpenAI", "based", gateway.OpenAI.BaseUrl + "/proxy/"));

        (await based.GetAsync("/based/v1/models?x=%2f")).AssertPassed();

        Assert.Equal("/proxy/v1/models?x=%2f", Assert.Single(gateway.OpenAI.Requests).Target);
    }

    [Theory]
    [InlineData("/proxy", "/google/v1beta/openai/chat/completions", "Authorization")]
    [InlineData("/proxy/v1beta", "/google/openai/chat/completions", "Authorization")]
    [InlineData("/v1beta/openai", "/google/chat/completions", "Authorization")]
    [InlineData("/proxy", "/google/v1beta/models/gemini:generateContent", "x-goog-api-key")]
    public async Task BaseUrlWithAPath_LeavesTheCredentialInItsField(string basePath, string target, string field)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => AddToBaseUrl(c, "google", basePath));

        (await gateway.PostAsync(target, "{}")).AssertPassed();

        Assert.EndsWith(GatewayEnvironment.CredentialOf("google"), gateway.Google.Request[field], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/proxy", "/anthropic/v1/messages")]
    [InlineData("/proxy/v1", "/anthropic/messages")]
    public async Task BaseUrlWithAPath_LeavesTheEndpointKnown(string basePath, string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
        {
            AddToBaseUrl(c, "anthropic", basePath);
            c["VirtualKeys"]![0]!["Models"] = new JsonArray("claude-*");
        });

        (await gateway.PostAsync(target, """{"model":"claude-x"}""")).AssertPassed();
        (await gateway.PostAsync(target, """{"model":"other"}""")).AssertError(403, "model_not_allowed");
    }

    [Theory]
    [InlineData("/v1/files/x", "X-HTTP-Method-Override: DELETE")]
    [InlineData("/v1/files/x", "X-HTTP-Method: DELETE")]
    [InlineData("/v1/files/x", "X-Method-Override: DELETE")]
    [InlineData("/v1/files/x", "X-Method: DELETE")]
    [InlineData("/v1/files/x", "x-original-url: /v1/organization/users")]
    [InlineData("/v1/files/x", "X-Rewrite-URL: /v1/organization/users")]
    [InlineData("/v1/files/x?_method=DELETE", "X-Nothing: 1")]
    [InlineData("/v1/files/x?a=b&%24httpMethod=DELETE", "X-Nothing: 1")]
    public async Task Override_OnAKeyWithEndpoints_IsRefused(string target, string field)
    {
        await using var gateway = await StartScopedAsync();

        var response = await gateway.SendAsync(Request.Send("POST", "/openai" + target, ["Authorization: Bearer " + ScopedKey, field], "{}"));

        response.AssertError(403, "endpoint_not_allowed");
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Theory]
    [InlineData("/v1/files/x", "X-Model: gpt-4o")]
    [InlineData("/v1/files/x?purpose=batch&deployment=a", "azureml-model-deployment: a")]
    public async Task OtherFields_OnAKeyWithEndpoints_Pass(string target, string field)
    {
        await using var gateway = await StartScopedAsync();

        (await gateway.SendAsync(Request.Send("POST", "/openai" + target, ["Authorization: Bearer " + ScopedKey, field], "{}"))).AssertPassed();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AbortedUploads_HarmNeitherTheGatewayNorTheProvidersRecord(bool byReset)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange => await exchange.PeerClosed.WaitAsync(Deadlines.Step);

        // A first part that is too small to go on at once, and an end while it waits for more.
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async number =>
        {
            await using var client = await gateway.ConnectAsync();
            await client.SendAsync(Request.Send("POST", "/openai/v1/files", [Request.Authorization, "Content-Length: 200000"]));
            await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 60, "all heads have arrived");
            await client.SendAsync(new byte[5_000]);
            if (byReset)
            {
                client.Abort();
            }
        }));

        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.requests") == 60, "all are counted");
        Assert.Equal(60, gateway.Measurements.Sum("ultraai.requests", "outcome=cancelled"));
        gateway.OpenAI.Handler = exchange => exchange.RespondJsonAsync("{}");
        (await gateway.PostAsync("/openai/v1/x", "{}")).AssertPassed();
    }

    [Fact]
    public async Task BodyThatIsNotHttp_IsTheClientsFault()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange => await exchange.PeerClosed.WaitAsync(Deadlines.Step);

        var response = await gateway.SendAsync(Request.Send("POST", "/openai/v1/x", [Request.Authorization, "Transfer-Encoding: chunked"]) + "zz\r\nnot a chunk\r\n");

        response.AssertError(400, "invalid_request");

        // A call is counted when it ends, which is after its answer.
        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.requests") == 1, "it is counted");
        Assert.Equal(1, gateway.Measurements.Sum("ultraai.requests", "outcome=refused"));
    }

    [Fact]
    public async Task ProvidersBrokenField_ThatEchoesTheCredential_ReachesNoLog()
    {
        var credential = GatewayEnvironment.CredentialOf("openai");
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.WriteAsync($"HTTP/1.1 200 OK\r\nthis echoes Bearer {credential}\r\n\r\n");

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertError(502, "upstream_unreachable");
        Assert.DoesNotContain(credential, response.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Logs.Lines, line => line.Contains(credential, StringComparison.Ordinal));
    }

    private static void AddToBaseUrl(JsonObject configuration, string provider, string path)
    {
        var entry = configuration["Providers"]![provider]!;
        entry["BaseUrl"] = (string)entry["BaseUrl"]! + path;
    }

    private static Task<GatewayEnvironment> StartScopedAsync() => GatewayEnvironment.StartAsync(c => c["VirtualKeys"]!.AsArray().Add(new JsonObject
    {
        ["Name"] = "scoped",
        ["Value"] = ScopedKey,
        ["Endpoints"] = new JsonArray("POST /v1/files/**"),
    }));
}
