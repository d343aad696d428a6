using System.Text.Json.Nodes;
using UltraAI.Gateway.Commands;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Commands;

/// <summary>The command line's client: what it sends, and in which words it fails.</summary>
public sealed class GatewayClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Request_HasTheCredentialBodyAndVersion()
    {
        await using var gateway = new RawUpstream { Handler = exchange => exchange.RespondJsonAsync("""{"name":"team-a"}""") };
        using var client = GatewayClient.Open(gateway.BaseUrl + "/", Variable("secret-of-mine"), Patience);

        var answer = await client.SendAsync(
            HttpMethod.Patch, "/admin/keys/team-a", new JsonObject { ["enabled"] = false }, "\"v1\"", TestContext.Current.CancellationToken);

        Assert.Equal((200, "team-a"), (answer.Status, (string?)answer.Json["name"]));
        Assert.Equal("PATCH /admin/keys/team-a HTTP/1.1", gateway.Request.StartLine);
        Assert.Equal(("Bearer secret-of-mine", "\"v1\""), (gateway.Request["Authorization"], gateway.Request["If-Match"]));
        Assert.Equal("""{"enabled":false}""", gateway.Request.BodyText);
    }

    [Fact]
    public async Task ProxyOfTheEnvironment_IsNotToldTheCredential()
    {
        await using var gateway = new RawUpstream { Handler = exchange => exchange.RespondAsync("503 Service Unavailable", "") };
        await using var proxy = new RawUpstream();

        var variables = new Dictionary<string, string> { ["HTTP_PROXY"] = proxy.BaseUrl, ["http_proxy"] = proxy.BaseUrl, ["NO_PROXY"] = "", ["no_proxy"] = "" };
        var (exitCode, _) = await GatewayProcess.RunAsync(["health", "--url", gateway.BaseUrl], variables);

        Assert.Equal((1, 1, 0), (exitCode, gateway.Requests.Count, proxy.Requests.Count));
    }

    [Fact]
    public async Task ErrorOfTheGateway_IsSaidInItsWords()
    {
        await using var gateway = new RawUpstream
        {
            Handler = exchange => exchange.RespondAsync("401 Unauthorized", """{"error":{"message":"This key is not known."}}""", "x-ultraai-error: invalid_api_key"),
        };
        using var client = GatewayClient.Open(gateway.BaseUrl, Patience);

        var error = await Assert.ThrowsAsync<CommandException>(() => client.AskAsync(HttpMethod.Get, "/ultra/presets", cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal("The gateway answered 401 invalid_api_key: This key is not known.", error.Message);
    }

    [Fact]
    public async Task AnswerThatIsNotJson_SaysSo()
    {
        await using var gateway = new RawUpstream { Handler = exchange => exchange.RespondJsonAsync("<html>") };
        using var client = GatewayClient.Open(gateway.BaseUrl, Patience);

        var error = await Assert.ThrowsAsync<CommandException>(() => client.AskAsync(HttpMethod.Get, "/ultra/presets", cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("not JSON", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NobodyThere_SaysWhere()
    {
        string address;
        await using (var gone = new RawUpstream())
        {
            address = gone.BaseUrl;
        }

        using var client = GatewayClient.Open(address, Patience);

        var error = await Assert.ThrowsAsync<CommandException>(() => client.SendAsync(HttpMethod.Get, "/", cancellationToken: TestContext.Current.CancellationToken));

        Assert.StartsWith($"{address}/ does not answer: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:8080")]
    [InlineData("ftp://localhost")]
    [InlineData("")]
    public void AddressThatIsNone_IsRefused(string url) => Assert.Throws<CommandException>(() => GatewayClient.Open(url, Patience));

    [Theory]
    [InlineData(null, "is not set")]
    [InlineData("two words", "holds characters")]
    [InlineData("line\nfeed", "holds characters")]
    public void CredentialThatIsNone_IsRefused_AndNotRepeated(string? value, string words)
    {
        var error = Assert.Throws<CommandException>(() => GatewayClient.Open("http://localhost", Variable(value), Patience));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value ?? "\n", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_ComeOneByOne_AndSilenceEnds()
    {
        var lines = new List<string>();
        await using var gateway = new RawUpstream
        {
            Handler = async exchange =>
            {
                await exchange.StartStreamAsync();
                await exchange.WriteChunkAsync("one\n\n");
                await exchange.PeerClosed;
                exchange.Close();
            },
        };
        using var client = GatewayClient.Open(gateway.BaseUrl, TimeSpan.FromSeconds(1));

        var error = await Assert.ThrowsAsync<CommandException>(() => client.ReadLinesAsync("/ultra", new JsonObject(), lines.Add, TestContext.Current.CancellationToken));

        Assert.Equal(["one", ""], lines);
        Assert.Contains("has not answered within 1 seconds", error.Message, StringComparison.Ordinal);
    }

    // Each test has a variable of its own: they are the process's.
    private static string Variable(string? value)
    {
        var name = "ULTRAAI_TESTS_" + Guid.NewGuid().ToString("N");
        Environment.SetEnvironmentVariable(name, value);
        return name;
    }
}
