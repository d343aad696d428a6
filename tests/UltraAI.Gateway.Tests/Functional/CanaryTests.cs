using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>After good and bad requests of every kind, no secret is anywhere that an operator or a client can look (CONTRACT §3).</summary>
[Collection(nameof(RunsAlone))]
public sealed class CanaryTests
{
    private const string Key = GatewayEnvironment.VirtualKey;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Secrets_AfterAMixOfRequests_AreInNoLogMetricOrHealth(bool everyCategory)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup
        {
            Arguments = ["--Logging:LogLevel:Default=Trace"],
            CapturesEveryCategory = everyCategory,
        });
        gateway.OpenAI.Handler = exchange => AnswerAsync(exchange, "openai");
        gateway.Anthropic.Handler = exchange => AnswerAsync(exchange, "anthropic");
        gateway.Google.Handler = exchange => AnswerAsync(exchange, "google");
        gateway.HuggingFace.Handler = exchange => AnswerAsync(exchange, "huggingface");

        var answers = await MixAsync(gateway);

        var metrics = (await gateway.MetricsAsync()).Text;
        var live = await gateway.SendAsync(Request.Send("GET", "/health/live", []));
        var ready = await gateway.SendAsync(Request.Send("GET", "/health/ready", []));
        var providers = await gateway.SendAsync(Request.Send("GET", "/health/providers", []));
        await gateway.App.StopAsync(TestContext.Current.CancellationToken);
        Assert.NotEmpty(gateway.Logs.Lines);
        string[] secrets = [Key, .. ((string[])["openai", "anthropic", "google", "huggingface"]).Select(GatewayEnvironment.CredentialOf)];
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(gateway.Logs.Lines, l => l.Contains(secret, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(secret, metrics, StringComparison.OrdinalIgnoreCase);
            Assert.All([live, ready, providers, .. answers], r => Assert.DoesNotContain(secret, r.Everything, StringComparison.OrdinalIgnoreCase));
        }
    }

    private static async Task<List<RawResponse>> MixAsync(GatewayEnvironment gateway)
    {
        var answers = new List<RawResponse>();
        foreach (var provider in (string[])["openai", "anthropic", "google", "huggingface"])
        {
            foreach (var end in (string[])["ok", "401", "403", "429", "500", "die"])
            {
                answers.Add(await gateway.PostAsync($"/{provider}/v1/{end}", "{}"));
                answers.Add(await gateway.SendAsync(Request.Send("GET", $"/{provider}/v1/{end}", [$"x-api-key: {Key}"])));
            }

            await Assert.ThrowsAsync<BrokenTransferException>(() => gateway.PostAsync($"/{provider}/v1/cut", "{}"));
            answers.Add(await gateway.SendAsync(Request.Send("GET", $"/{provider}/v1/ok", [$"Authorization: Bearer {Key}", "x-api-key: another"])));
            answers.Add(await gateway.SendAsync(Request.Send("GET", $"/{provider}/v1/ok?key={Key}&a=1", [])));
            answers.Add(await gateway.SendAsync(Request.Send("GET", $"/{provider}/v1/ok?k%65y={Key}", [$"Authorization: Basic {Key}"])));
            answers.Add(await gateway.SendAsync(Request.Send("GET", $"/{provider}/v1/organization/x?key={Key}", [$"x-goog-api-key: {Key}"])));
            answers.Add(await gateway.SendAsync(Request.Send("GET", $"/{provider}/v1/ok", [$"Authorization: Bearer {Key}", "Sec-Fetch-Mode: navigate"])));
        }

        answers.Add(await gateway.GetAsync($"/nowhere/{Key}?key={Key}"));
        answers.Add(await gateway.GetAsync($"/health/live?key={Key}"));
        answers.Add(await gateway.GetAsync($"/metrics?key={Key}"));
        answers.Add(await gateway.SendAsync($"GET /openai/v1/x HTTP/1.1\r\nHost: x\r\nAuthorization Bearer {Key}\r\n\r\n"));
        answers.Add(await gateway.SendAsync($"GET http://x/openai/v1/x?key={Key} HTTP/1.1\r\nHost: x\r\n\r\n"));
        answers.Add(await gateway.SendAsync($"GET /openai/v1/{Key} HTTP/9.9\r\nHost: x\r\n\r\n"));
        await using var left = await gateway.ConnectAsync();
        await left.SendAsync(Request.Post("/openai/v1/wait", "{}"));
        await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Any(r => r.Target == "/v1/wait"), "the call runs");
        left.Abort();
        await Eventually.TrueAsync(() => gateway.OpenAI.OpenConnections <= 1, "the call is cancelled");
        return answers;
    }

    private static async Task AnswerAsync(RawExchange exchange, string provider)
    {
        await exchange.ReadBodyAsync();
        var credential = GatewayEnvironment.CredentialOf(provider);
        var end = exchange.Request.Target.Split('/', '?')[2];
        switch (end)
        {
            case "401" or "403" or "429" or "500":
                await exchange.RespondAsync($"{end} X", $"echo {credential}", "X-Echo: " + credential, "WWW-Authenticate: " + credential);
                break;
            case "die":
                exchange.Abort();
                break;
            case "cut":
                await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX-Echo: {credential}\r\n\r\nab");
                exchange.Close();
                break;
            case "wait":
                await exchange.PeerClosed.WaitAsync(Deadlines.Step);
                break;
            default:
                await exchange.RespondAsync("200 OK", "{}", "X-Echo: " + credential);
                break;
        }
    }
}
