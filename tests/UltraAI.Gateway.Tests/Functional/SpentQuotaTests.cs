using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A 429 that goes to the client says as much about its credential as one that is dropped for another attempt (CONTRACT §3).</summary>
public sealed class SpentQuotaTests
{
    private const string Target = "/openai/v1/chat/completions";
    private const string Spent = """{"error":{"message":"You exceeded your current quota.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""";

    [Theory]
    [InlineData("identity")]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task OfTheLastCredential_RestsItForAllModels_AndTheAnswerPasses(string coding)
    {
        await using var gateway = await StartAsync();
        var body = Coding.Encode(coding, Spent);
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("429 Too Many Requests", body, "Content-Type: application/json", $"Content-Encoding: {coding}");

        var passed = await AskAsync(gateway, "busy");

        passed.AssertPassed(429);
        Assert.Equal(body, passed.Body);
        (await AskAsync(gateway, "idle")).AssertError(429, "credentials_resting");
        Assert.Single(gateway.OpenAI.Requests);
    }

    [Fact]
    public async Task OfACallThatCannotBeRepeated_RestsItsCredentialForAllModels()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
            c.WithCredentials("one", "two")["Resilience"] = new JsonObject { ["ReplayBufferBytes"] = 16 });
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("429 Too Many Requests", Spent, "Content-Type: application/json");

        for (var i = 0; i < 2; i++)
        {
            var passed = await AskAsync(gateway, "busy");
            passed.AssertPassed(429);
            Assert.Equal(Spent, passed.BodyText);
        }

        (await AskAsync(gateway, "idle")).AssertError(429, "credentials_resting");
        Assert.Equal(["one", "two"], gateway.OpenAI.Requests.Select(PoolSetup.CredentialOf).Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public async Task TextThatIsSlow_IsNotWaitedFor_AndLosesNothing(int atOnce)
    {
        await using var gateway = await StartAsync();
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.WriteAsync($"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: {Spent.Length}\r\n\r\n{Spent[..atOnce]}");
            await rest.Task.WaitAsync(Deadlines.Step);
            await exchange.WriteAsync(Spent[atOnce..]);
        };

        var answer = AskAsync(gateway, "busy");
        await Eventually.TrueAsync(() => gateway.CredentialStates().First() == ("one", "resting"), "the credential rests though the text is not there");
        rest.SetResult();

        var passed = await answer;
        passed.AssertPassed(429);
        Assert.Equal(Spent, passed.BodyText);

        // What its fields said is heeded.
        (await AskAsync(gateway, "busy")).AssertError(429, "credentials_resting");
    }

    [Fact]
    public async Task TextThatIsLong_PassesAsItIs()
    {
        await using var gateway = await StartAsync();
        var body = $$$"""{"error":{"code":"rate_limit_exceeded","message":"{{{string.Concat(Enumerable.Range(0, 20_000))}}}"}}""";
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("429 Too Many Requests", body, "Content-Type: application/json");

        var passed = await AskAsync(gateway, "busy");

        passed.AssertPassed(429);
        Assert.Equal(body, passed.BodyText);
        Assert.Equal([("one", "resting"), ("two", "ready")], gateway.CredentialStates());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public async Task TextThatIsCut_RestsItsCredential_AndIsNotTakenForTheWhole(int atOnce)
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.WriteAsync($"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: {Spent.Length}\r\n\r\n{Spent[..atOnce]}");
            exchange.Close();
        };

        (await AskAsync(gateway, "busy")).AssertError(502, "upstream_unreachable");

        Assert.Equal([("one", "resting"), ("two", "ready")], gateway.CredentialStates());
        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.requests", "outcome=cut") == 1, "the call is counted as cut");
    }

    [Fact]
    public async Task ClientThatLeavesWhileTheTextIsWaitedFor_EndsTheCall()
    {
        await using var gateway = await StartAsync();
        var started = new TaskCompletionSource<RawExchange>(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.WriteAsync($"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: {Spent.Length}\r\n\r\n");
            started.SetResult(exchange);
            await exchange.PeerClosed.WaitAsync(Deadlines.Step);
        };
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Post(Target, Body("busy")));
        var exchange = await started.Task.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);

        client.Abort();

        await exchange.PeerClosed.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => gateway.CredentialStates().First() == ("one", "resting"), "the credential rests");
    }

    private static string Body(string model) => $$"""{"model":"{{model}}","messages":[]}""";

    private static Task<RawResponse> AskAsync(GatewayEnvironment gateway, string model) => gateway.PostAsync(Target, Body(model));

    // Its key may use one of two credentials: there is none to go on with.
    private static Task<GatewayEnvironment> StartAsync() =>
        GatewayEnvironment.StartAsync(c => c.WithCredentials("one", "two")["VirtualKeys"]![0]!["Credentials"] = new JsonArray("one"));
}
