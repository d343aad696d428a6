using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Shards;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>An origin's connections are divided among the sockets' threads, and nobody outside sees it.</summary>
public sealed class ConnectionShardTests
{
    private const int Calls = 12;

    [Fact]
    public async Task Calls_OfAllShards_LookTheSame()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        using var gate = new HeldUpstream(gateway.OpenAI);
        var clients = await ConnectAsync(gateway, Calls);

        var answers = clients.Select(client => client.ExchangeAsync(Request.Post("/openai/v1/chat/completions?a=b", """{"model":"m"}"""))).ToArray();
        await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == Calls, "all calls are there");
        AssertDivided(gateway, "http", "127.0.0.1", gateway.OpenAI.Port);
        var running = (await gateway.MetricsAsync()).Text;
        gate.Open();

        Assert.All(await Task.WhenAll(answers), answer => answer.AssertPassed());
        Assert.Single(gateway.OpenAI.Requests.Select(request => request.Text).Distinct());
        Assert.Equal(gateway.OpenAI.Authority, gateway.OpenAI.Requests[0]["Host"]);
        foreach (var text in new[] { running, (await gateway.MetricsAsync()).Text, gateway.Logs.AllText() })
        {
            Assert.DoesNotContain(".invalid", text, StringComparison.Ordinal);
        }

        await DisposeAsync(clients);
    }

    [Fact]
    public async Task Connections_AreNeverMoreThanTheCallsThatMayRun()
    {
        const int Most = 33;
        await using var gateway = await GatewayEnvironment.StartAsync(configuration =>
            configuration["Transport"] = new JsonObject { ["MaxCallsPerOrigin"] = Most, ["MaxQueuedCallsPerOrigin"] = 100 });
        using var gate = new HeldUpstream(gateway.OpenAI);
        var clients = await ConnectAsync(gateway, Most + 10);

        var answers = clients.Select(client => client.ExchangeAsync(Request.Get("/openai/v1/x"))).ToArray();
        await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == Most, "as many calls run as may");
        Assert.Equal(Most, gateway.OpenAI.OpenConnections);
        AssertDivided(gateway, "http", "127.0.0.1", gateway.OpenAI.Port);
        gate.Open();
        Assert.All(await Task.WhenAll(answers), answer => answer.AssertPassed());

        for (var round = 0; round < 20; round++)
        {
            Assert.All(await Task.WhenAll(clients.Select(client => client.ExchangeAsync(Request.Get("/openai/v1/x")))), answer => answer.AssertPassed());
        }

        Assert.Equal(Most, gateway.OpenAI.AcceptedConnections);
        await DisposeAsync(clients);
    }

    [Fact]
    public async Task Calls_ThatFindNobody_SayWhatTheyAlwaysSay()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var gateway = await GatewayEnvironment.StartAsync(configuration =>
            configuration["Providers"]!["openai"]!["BaseUrl"] = $"http://{closed.LocalEndPoint}");

        // Each is tried twice, and at twenty failures the circuit opens.
        var clients = await ConnectAsync(gateway, 9);

        var answers = await Task.WhenAll(clients.Select(client => client.ExchangeAsync(Request.Get("/openai/v1/x"))));

        Assert.All(answers, answer => answer.AssertError(502, "upstream_unreachable"));
        await Eventually.TrueAsync(() => gateway.Logs.AllText().Contains("socket error ConnectionRefused", StringComparison.Ordinal), "it is logged");
        Assert.DoesNotContain(".invalid", gateway.Logs.AllText(), StringComparison.Ordinal);
        Assert.DoesNotContain(".invalid", (await gateway.MetricsAsync()).Text, StringComparison.Ordinal);
        await DisposeAsync(clients);
    }

    [Fact]
    public async Task Calls_OverTls_AskForTheRealNameAndTrustItsCertificate()
    {
        var arrived = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hosts = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var upstream = await Http2Upstream.StartAsync(
            async context =>
            {
                hosts.Enqueue($"{context.Request.Protocol} {context.Request.Host}");
                if (context.Request.Path == "/v1/held" && Interlocked.Increment(ref arrived) == Calls)
                {
                    all.SetResult();
                }

                await (context.Request.Path == "/v1/held" ? all.Task.WaitAsync(Deadlines.Step) : Task.CompletedTask);
                await context.Response.WriteAsync("{}", context.RequestAborted);
            },
            protocols: HttpProtocols.Http1);
        await using var gateway = await GatewayEnvironment.StartAsync(configuration =>
        {
            configuration["Providers"]!["openai"]!["BaseUrl"] = upstream.BaseUrl;
            configuration["Transport"] = new JsonObject { ["TrustedCertificates"] = upstream.AuthorityFile };
        });

        // Before the first connection it might be HTTP/2.
        (await gateway.GetAsync("/openai/v1/first")).AssertPassed();
        var clients = await ConnectAsync(gateway, Calls);
        var answers = clients.Select(client => client.ExchangeAsync(Request.Get("/openai/v1/held"))).ToArray();

        Assert.All(await Task.WhenAll(answers), answer => answer.AssertPassed());
        AssertDivided(gateway, "https", "localhost", new Uri(upstream.BaseUrl).Port);
        Assert.Equal($"HTTP/1.1 {new Uri(upstream.BaseUrl).Authority}", Assert.Single(hosts.Distinct()));
        await DisposeAsync(clients);
    }

    private static void AssertDivided(GatewayEnvironment gateway, string scheme, string host, int port)
    {
        var shards = gateway.App.Services.GetRequiredService<SharedHttpHandler>().Shards.Find(scheme, host, port)!;
        Assert.All(Enumerable.Range(0, SocketThreads.Count), shard => Assert.NotEqual(0, shards.OpenIn(shard)));
    }

    // Sockets get the threads in turn, and of each client there are two, its own and the gateway's: without one more between them, all of
    // the gateway's could be on one thread.
    private static async Task<List<RawClient>> ConnectAsync(GatewayEnvironment gateway, int count)
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var clients = new List<RawClient>();
        while (clients.Count < count)
        {
            clients.Add(await gateway.ConnectAsync());
            if (clients.Count == count / 2)
            {
                // Nothing comes, but whoever waits has a thread.
                _ = other.ReceiveAsync(new byte[1], SocketFlags.None).ContinueWith(static task => task.Exception, TaskScheduler.Default);
            }
        }

        return clients;
    }

    private static async Task DisposeAsync(List<RawClient> clients)
    {
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }
}
