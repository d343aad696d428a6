using System.Net;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Transport;
using Xunit;
using TransportOptions = UltraAI.Gateway.Tests.Functional.Common.TransportOptions;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A connection that is being made for a call, while another one carries it.</summary>
public sealed class HangingConnectTests
{
    [Fact]
    public async Task Call_ThatWentOverAnotherConnection_WasSent_AndIsNotToBeRetried()
    {
        var names = new FirstNameOnly();
        await using var gateway = await StartAsync(names, "provider.test");
        var isFree = new TaskCompletionSource();
        var isSilent = new TaskCompletionSource();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            await (gateway.OpenAI.Requests.Count == 1 ? isFree : isSilent).Task;
            await exchange.RespondJsonAsync(RawUpstream.DefaultBody);
        };

        var first = gateway.PostAsync("/openai/v1/chat/completions", """{"model":"gpt-4o"}""");
        await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 1, "the first call has the connection");
        var second = gateway.PostAsync("/openai/v1/chat/completions", """{"model":"gpt-4o"}""");
        await names.IsAskedAgain;
        isFree.SetResult();
        (await first).AssertPassed();
        await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 2, "the second call has the connection");

        var response = await second;
        isSilent.SetResult();
        response.AssertError(504, "upstream_timeout");
        Assert.Equal("false", response["x-should-retry"]);
    }

    [Fact]
    public async Task Call_WhoseNextDestinationDoesNotConnect_MayBeRetried()
    {
        var names = new FirstNameOnly();
        await using var gateway = await StartAsync(names, "provider.test", "other.test");
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("503 Service Unavailable", "");

        var response = await gateway.PostAsync("/openai/v1/chat/completions", """{"model":"gpt-4o"}""");

        response.AssertError(504, "upstream_timeout");
        Assert.Null(response["x-should-retry"]);
        Assert.Single(gateway.OpenAI.Requests);
    }

    // So few calls are not divided into shards: the connection that comes free is the second call's, too.
    private static Task<GatewayEnvironment> StartAsync(NameResolver names, params string[] hosts) => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        Configure = c =>
        {
            var port = new Uri((string)c["Providers"]!["openai"]!["BaseUrl"]!).Port;
            c.WithDestinations([.. hosts.Select(host => $"http://{host}:{port}")]);
            TransportOptions.Set(c, ("Timeout", "00:00:02"), ("MaxCallsPerOrigin", 8));
        },
        Services = services => services.AddSingleton(names),
    });

    /// <summary>Knows where a name is the first time, and never again.</summary>
    private sealed class FirstNameOnly : NameResolver
    {
        private readonly TaskCompletionSource _isAskedAgain = new();
        private int _asked;

        public Task IsAskedAgain => _isAskedAgain.Task;

        public override async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _asked) > 1)
            {
                _isAskedAgain.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return [IPAddress.Loopback];
        }
    }
}
