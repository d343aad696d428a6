using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Transport;
using Xunit;
using TransportOptions = UltraAI.Gateway.Tests.Functional.Common.TransportOptions;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A provider's name that gets another address is followed within <c>PooledConnectionLifetime</c> (CONTRACT §5).</summary>
public sealed class NameChangeTests
{
    private const string Host = "provider.test";

    // All of 127.0.0.0/8 is this machine.
    private static readonly IPAddress Second = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task Name_ThatMovesToAnotherAddress_IsFollowed_AndNoCallFails()
    {
        var names = new Names();
        await using var gateway = await StartAsync(names, "00:00:01");
        await using var moved = new RawUpstream(new IPEndPoint(Second, gateway.OpenAI.Port));
        await using var client = await gateway.ConnectAsync();
        (await client.ExchangeAsync(Request.Get("/openai/v1/models"))).AssertPassed();

        names.Addresses = [Second];
        await Eventually.TrueAsync(
            async () =>
            {
                (await client.ExchangeAsync(Request.Get("/openai/v1/models"))).AssertPassed();
                return moved.Requests.Count > 0;
            },
            "calls go to the new address");

        var before = gateway.OpenAI.Requests.Count;
        for (var i = 0; i < 20; i++)
        {
            (await client.ExchangeAsync(Request.Get("/openai/v1/models"))).AssertPassed();
        }

        Assert.Equal(before, gateway.OpenAI.Requests.Count);
        Assert.All(moved.Requests, request => Assert.Equal($"{Host}:{gateway.OpenAI.Port}", request["Host"]));
    }

    [Fact]
    public async Task WithinTheLifetime_TheConnectionIsKept_AndTheNameIsNotAskedFor()
    {
        var names = new Names();
        await using var gateway = await StartAsync(names, "01:00:00");
        await using var client = await gateway.ConnectAsync();

        for (var i = 0; i < 20; i++)
        {
            (await client.ExchangeAsync(Request.Get("/openai/v1/models"))).AssertPassed();
            names.Addresses = [Second];
        }

        Assert.Equal(1, gateway.OpenAI.AcceptedConnections);
        Assert.Equal([Host], names.Asked);
    }

    [Fact]
    public async Task Name_WithAnAddressThatRefuses_IsReachedAtTheNext()
    {
        var names = new Names { Addresses = [Second, IPAddress.Loopback] };
        await using var gateway = await StartAsync(names, "00:05:00");

        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
    }

    [Fact]
    public async Task Name_ThatIsGone_IsUnreachable()
    {
        var names = new Names { Addresses = [] };
        await using var gateway = await StartAsync(names, "00:05:00");

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertError(502, "upstream_unreachable");
        Assert.Contains("its name was not found", response.BodyText, StringComparison.Ordinal);
    }

    private static Task<GatewayEnvironment> StartAsync(Names names, string lifetime) => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        Configure = c =>
        {
            var provider = c["Providers"]!["openai"]!;
            provider["BaseUrl"] = $"http://{Host}:{new Uri((string)provider["BaseUrl"]!).Port}";
            TransportOptions.Set(c, ("PooledConnectionLifetime", lifetime));
        },
        Services = services => services.AddSingleton<NameResolver>(names),
    });

    private sealed class Names : NameResolver
    {
        public IPAddress[] Addresses { get; set; } = [IPAddress.Loopback];

        public ConcurrentQueue<string> Asked { get; } = new();

        public override Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            Asked.Enqueue(host);
            return Addresses.Length > 0 ? Task.FromResult(Addresses) : throw new SocketException((int)SocketError.HostNotFound);
        }
    }
}
