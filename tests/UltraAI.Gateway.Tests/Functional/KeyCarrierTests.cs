using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Where SDKs put the key, what happens to it there, and where the real credential goes (CONTRACT §3).</summary>
public sealed class KeyCarrierTests
{
    private const string Key = GatewayEnvironment.VirtualKey;

    public static TheoryData<string, string> ProvidersAndCarriers()
    {
        var data = new TheoryData<string, string>();
        foreach (var provider in (string[])["openai", "anthropic", "google", "huggingface"])
        {
            foreach (var carrier in (string[])["Authorization: Bearer ", "authorization: bearer ", "AUTHORIZATION: BEARER ", "x-api-key: ", "X-Goog-Api-Key: ", "api-key: "])
            {
                data.Add(provider, carrier + Key);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(ProvidersAndCarriers))]
    public async Task Key_InAnyCarrier_GivesWayToTheCredentialInItsOnePlace(string provider, string field)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(Request.Send("GET", $"/{provider}/v1/models?a=1", [field]));

        response.AssertPassed();
        AssertOnlyCredential(provider, gateway.Upstream(provider).Request);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("anthropic")]
    [InlineData("google")]
    [InlineData("huggingface")]
    public async Task Key_InEveryCarrierAtOnce_IsTakenOutOfAll(string provider)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(Request.Send(
            "GET",
            $"/{provider}/v1/models",
            [$"Authorization: Bearer {Key}", $"Authorization: Bearer {Key}", $"x-api-key: {Key}", $"x-goog-api-key: {Key}", $"api-key: {Key}", $"api-key: {Key}"]));

        response.AssertPassed();
        AssertOnlyCredential(provider, gateway.Upstream(provider).Request);
    }

    [Theory]
    [InlineData("Authorization: Bearer ", "Authorization: Bearer ")]
    [InlineData("Authorization: Bearer ", "x-api-key: ")]
    [InlineData("Authorization: Bearer ", "x-goog-api-key: ")]
    [InlineData("Authorization: Bearer ", "api-key: ")]
    [InlineData("x-api-key: ", "x-goog-api-key: ")]
    [InlineData("x-api-key: ", "api-key: ")]
    [InlineData("x-api-key: ", "x-api-key: ")]
    [InlineData("x-goog-api-key: ", "api-key: ")]
    public async Task Credentials_Different_InAnyTwoCarriers_Are401(string one, string other)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        foreach (var fields in (string[][])[[one + Key, other + "another"], [one + "another", other + Key]])
        {
            var response = await gateway.SendAsync(Request.Send("GET", "/anthropic/v1/models", fields));
            response.AssertError(401, "invalid_key");
        }

        Assert.Empty(gateway.Anthropic.Requests);
    }

    [Theory]
    [InlineData("?key=another")]
    [InlineData("?a=1&key=another")]
    [InlineData($"?key={Key}&key=another")]
    public async Task Credentials_Different_InQueryAndField_Are401(string query)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        (await gateway.GetAsync("/google/v1beta/models" + query)).AssertError(401, "invalid_key");

        Assert.Empty(gateway.Google.Requests);
    }

    [Theory]
    [InlineData("?key=KEY", "")]
    [InlineData("?key=KEY&alt=sse", "?alt=sse")]
    [InlineData("?alt=sse&key=KEY", "?alt=sse")]
    [InlineData("?a=%41+b&key=KEY&&c=[]&d", "?a=%41+b&&c=[]&d")]
    [InlineData("?k%65y=KEY&a=1", "?a=1")]
    [InlineData("?%6B%65%79=KEY&a=1", "?a=1")]
    [InlineData("?key=KEY&a=1&key=KEY", "?a=1")]
    [InlineData("?monkey=1&key=KEY&keyring=2&Key=3", "?monkey=1&keyring=2&Key=3")]
    [InlineData("?key=%63anary-virtual-key-3f9c1b7a5d2e&a=1", "?a=1")]
    public async Task Key_InAGoogleQuery_IsCutOutAndNothingElseIsTouched(string query, string expected)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(Request.Send(
            "GET", "/google/v1beta/models/x:generate" + query.Replace("KEY", Key, StringComparison.Ordinal), []));

        response.AssertPassed();
        AssertOnlyCredential("google", gateway.Google.Request);
        var target = gateway.Google.Request.Target;
        Assert.Equal("/v1beta/models/x:generate" + expected, expected.Length == 0 ? target.TrimEnd('?') : target);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("anthropic")]
    [InlineData("huggingface")]
    public async Task QueryKey_WhereItIsAnOrdinaryParameter_PassesUnlessItIsAVirtualKey(string provider)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var ordinary = await gateway.GetAsync($"/{provider}/v1/files?key=user-data&a=1");
        var ours = await gateway.GetAsync($"/{provider}/v1/files?a=1&key={Key}");
        var oursEscaped = await gateway.GetAsync($"/{provider}/v1/files?a=1&k%65y=%63anary-virtual-key-3f9c1b7a5d2e");
        var alone = await gateway.SendAsync(Request.Send("GET", $"/{provider}/v1/files?key={Key}", []));

        ordinary.AssertPassed();
        Assert.Equal("/v1/files?key=user-data&a=1", gateway.Upstream(provider).Request.Target);
        ours.AssertError(401, "invalid_key");
        oursEscaped.AssertError(401, "invalid_key");
        alone.AssertError(401, "invalid_key");
    }

    [Theory]
    [InlineData("/openai/v1/files/" + Key)]
    [InlineData("/openai/v1/files?q=" + Key)]
    [InlineData("/openai/v1/files?q=x" + Key + "x")]
    [InlineData("/google/v1beta/" + Key + "/x")]
    public async Task Key_InThePathOrAnotherParameter_NeverReachesTheProvider(string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        await gateway.GetAsync(target);

        Assert.All(gateway.Upstreams.SelectMany(u => u.Requests), r => Assert.DoesNotContain(Key, r.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("X-Debug: " + Key)]
    [InlineData("Referer: https://app.test/?key=" + Key)]
    [InlineData("Proxy-Authorization: Bearer " + Key)]
    [InlineData("Cookie: key=" + Key)]
    [InlineData("Authentication: Bearer " + Key)]
    public async Task Key_InAnotherField_NeverReachesTheProvider(string field)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        await gateway.GetAsync("/openai/v1/models", field);

        Assert.All(gateway.OpenAI.Requests, r => Assert.DoesNotContain(Key, r.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Authorization: Bearer ")]
    [InlineData("x-goog-api-key: ")]
    public async Task GeminisOpenAIPath_GetsItsCredentialAsBearer(string carrier)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        var response = await gateway.SendAsync(Request.Send("POST", "/google/v1beta/openai/chat/completions", [carrier + Key], "{}"));

        response.AssertPassed();
        var request = gateway.Google.Request;
        Assert.Equal("Bearer " + GatewayEnvironment.CredentialOf("google"), request["Authorization"]);
        Assert.False(request.Has("x-goog-api-key"), request.Text);
        Assert.DoesNotContain(Key, request.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_WithoutCredentials_GetsNone()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["Providers"]!["openai"]!.AsObject().Remove("Credentials"));

        (await gateway.GetAsync("/openai/v1/models", $"x-api-key: {Key}")).AssertPassed();

        var request = gateway.OpenAI.Request;
        Assert.Equal(["Host"], request.Fields.Select(f => f.Key));
    }

    private static void AssertOnlyCredential(string provider, RawRequest request)
    {
        var credential = GatewayEnvironment.CredentialOf(provider);
        var (name, value) = provider switch
        {
            "anthropic" => ("x-api-key", credential),
            "google" => ("x-goog-api-key", credential),
            _ => ("Authorization", "Bearer " + credential),
        };
        Assert.Equal(value, request[name]);
        Assert.Equal(2, request.Fields.Count); // This one and Host.
        Assert.DoesNotContain(Key, request.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(credential, request.Target, StringComparison.Ordinal);
    }
}
