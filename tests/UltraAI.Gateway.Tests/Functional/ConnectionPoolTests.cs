using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>One shared transport, seen from the providers (CONTRACT §5).</summary>
public sealed class ConnectionPoolTests
{
    [Fact]
    public async Task Requests_500InSequenceOverFourRoutes_NeedOneConnectionPerOrigin()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup { LogLevel = Microsoft.Extensions.Logging.LogLevel.Warning });
        string[] routes = ["openai", "anthropic", "google", "huggingface"];
        await using var client = await gateway.ConnectAsync();

        for (var i = 0; i < 500; i++)
        {
            (await client.ExchangeAsync(Request.Post($"/{routes[i % 4]}/v1/x", "{}"))).AssertPassed();
        }

        Assert.All(gateway.Upstreams, u => Assert.Equal(1, u.AcceptedConnections));
        Assert.All(gateway.Upstreams, u => Assert.Equal(125, u.Requests.Count));
    }

    [Fact]
    public async Task Clients_EachWithAConnectionOfItsOwn_ShareTheProvidersConnection()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        for (var i = 0; i < 20; i++)
        {
            (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        }

        Assert.Equal(1, gateway.OpenAI.AcceptedConnections);
    }

    [Fact]
    public async Task Providers_OfTheSameOrigin_ShareItsConnection()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
            c["Providers"]!["mirror"] = GatewayEnvironment.Provider("OpenAI", "mirror", (string)c["Providers"]!["openai"]!["BaseUrl"]!));

        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        (await gateway.GetAsync("/mirror/v1/models")).AssertPassed();

        Assert.Equal(1, gateway.OpenAI.AcceptedConnections);
        Assert.Equal("Bearer " + GatewayEnvironment.CredentialOf("mirror"), gateway.OpenAI.Requests[1]["Authorization"]);
    }

    [Fact]
    public async Task Requests_64AtOnce_NeedAtMost64ConnectionsAndReuseThem()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup { LogLevel = Microsoft.Extensions.Logging.LogLevel.Warning });
        const int Concurrency = 64;
        var arrived = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.OpenAI.Handler = async exchange =>
        {
            if (Interlocked.Increment(ref arrived) == Concurrency)
            {
                all.SetResult();
            }

            await all.Task.WaitAsync(Deadlines.Step);
            await exchange.RespondJsonAsync("{}");
        };
        var clients = await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => gateway.ConnectAsync()));

        for (var round = 0; round < 5; round++)
        {
            var answers = await Task.WhenAll(clients.Select(c => c.ExchangeAsync(Request.Get("/openai/v1/x"))));
            Assert.All(answers, a => a.AssertPassed());
        }

        Assert.Equal(Concurrency, gateway.OpenAI.AcceptedConnections);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }
}
