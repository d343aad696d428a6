using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A client that leaves while a piece of the response is on its way to it: everything that counts the call counts it as cancelled.</summary>
public sealed class AbortedWriteTests
{
    private const string Chat = """{"model":"m","stream":true,"messages":[{"role":"user","content":"Go on."}]}""";
    private const string Contents = """{"contents":[{"parts":[{"text":"Go on."}]}]}""";

    private static readonly string Filling = new('x', 60_000);

    [Theory]
    [InlineData("openai", "/openai/v1/chat/completions", Chat, "Never")]
    [InlineData("openai", "/openai/v1/chat/completions", Chat, "Always")]
    [InlineData("google", "/google/v1beta/models/m:streamGenerateContent?alt=sse", Contents, "Never")]
    public async Task ClientThatLeavesWithoutReading_IsCancelled_AndItsUsageEstimated(string provider, string target, string body, string requestUsage)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup
        {
            HasAdminToken = true,
            Configure = c => c["Providers"]!["openai"]!["RequestUsage"] = requestUsage,
        });
        var pieces = 0;
        var piece = provider == "google"
            ? $$$"""data: {"candidates":[{"content":{"parts":[{"text":"{{{Filling}}}"}]}}],"usageMetadata":{"promptTokenCount":25,"candidatesTokenCount":7}}""" + "\r\n\r\n"
            : $$$"""data: {"id":"c","choices":[{"index":0,"delta":{"content":"{{{Filling}}}"},"finish_reason":null}]}""" + "\n\n";
        gateway.Upstream(provider).Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.StartStreamAsync();
            while (true)
            {
                // Fails once the gateway has closed the connection.
                await exchange.WriteChunkAsync(piece);
                Interlocked.Increment(ref pieces);
            }
        };

        await using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync(Request.Post(target, body));
            (await client.ReadHeadAsync()).AssertPassed();
            await StandsStillAsync(() => Volatile.Read(ref pieces));
            client.Abort();
        }

        var row = Assert.Single(await ReportedUsage.ReadAsync(gateway, 1));
        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.requests", "outcome=cancelled") == 1, "the transport counts it as cancelled");
        Assert.Equal(1, row.Estimated);
        Assert.NotEqual(0, gateway.Measurements.Sum("gen_ai.client.operation.duration", "error.type=cancelled"));
        Assert.Equal(
            gateway.Measurements.Sum("gen_ai.client.operation.duration", "error.type=cancelled"),
            gateway.Measurements.Sum("gen_ai.client.operation.duration"));
    }

    // All that lies between provider and client is full: the gateway waits for the client.
    private static async Task StandsStillAsync(Func<int> read)
    {
        var (last, looks) = (0, 0);
        await Eventually.TrueAsync(
            () =>
            {
                var now = read();
                looks = now > 0 && now == last ? looks + 1 : 0;
                last = now;
                return looks >= 30;
            },
            "no more goes through");
    }
}
