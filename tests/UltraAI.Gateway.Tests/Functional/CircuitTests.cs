using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Pools;
using Xunit;
using TransportOptions = UltraAI.Gateway.Tests.Functional.Common.TransportOptions;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A destination that fails is left alone (CONTRACT §3).</summary>
public sealed class CircuitTests
{
    private const string Target = "/openai/v1/chat/completions";
    private const string Body = """{"model":"m","messages":[]}""";

    private readonly ShiftedTime _time = new();

    [Fact]
    public async Task Circuit_OpensAtHalf_AnswersWithoutAnAttempt_Probes_AndCloses()
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(Fails(exchange) ? "500 Internal Server Error" : "200 OK", "{}");

        await SendAsync(gateway, 10, "works");
        Assert.All(await SendAsync(gateway, 9, "fails"), response => response.AssertPassed(500));
        Assert.Equal(CircuitState.Closed, StateOf(gateway));
        (await SendAsync(gateway, 1, "fails"))[0].AssertPassed(500);
        Assert.Equal(CircuitState.Open, StateOf(gateway));
        Assert.Equal(2, gateway.Measurements.Sum("ultraai.circuit.state", "provider=openai", $"destination={gateway.OpenAI.Authority}"));

        var connections = gateway.OpenAI.AcceptedConnections;
        var refused = await SendAsync(gateway, 20, "works");
        Assert.All(refused, response =>
        {
            response.AssertError(503, "circuit_open");
            ErrorShape.Assert("openai", response);
            Assert.InRange(int.Parse(response["Retry-After"]!, System.Globalization.CultureInfo.InvariantCulture), 1, 15);
        });
        Assert.Equal(20, gateway.OpenAI.Requests.Count);
        Assert.Equal(connections, gateway.OpenAI.AcceptedConnections);

        // A probe that fails, then one that works.
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(CircuitState.HalfOpen, StateOf(gateway));
        (await SendAsync(gateway, 1, "fails"))[0].AssertPassed(500);
        (await SendAsync(gateway, 1, "works"))[0].AssertError(503, "circuit_open");
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.All(await SendAsync(gateway, 5, "works"), response => response.AssertPassed());
        Assert.Equal(CircuitState.Closed, StateOf(gateway));
        Assert.Equal(0, gateway.Measurements.Sum("ultraai.circuit.state", "provider=openai"));
        Assert.Contains(gateway.Logs.Lines, line => line.Contains("provider openai is open", StringComparison.Ordinal));
        Assert.Contains(gateway.Logs.Lines, line => line.Contains("provider openai is closed again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task DestinationThatRefusesConnections_IsNotConnectedToWhileOpen()
    {
        await using var gateway = await StartAsync(c => c["Providers"]!["openai"]!["BaseUrl"] = FailoverTests.DeadUrl());

        // Each is attempted twice: nothing had been sent.
        Assert.All(await SendAsync(gateway, 10, "x"), response => response.AssertError(502, "upstream_unreachable"));
        Assert.All(await SendAsync(gateway, 10, "x"), response => response.AssertError(503, "circuit_open"));
    }

    [Theory]
    [InlineData("429 Too Many Requests")]
    [InlineData("400 Bad Request")]
    [InlineData("501 Not Implemented")]
    public async Task StormOfOtherErrors_NeverOpensIt(string status)
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(status, "{}");

        Assert.All(await SendAsync(gateway, 100, "x"), response => Assert.Null(response.ErrorCode));

        Assert.Equal(CircuitState.Closed, StateOf(gateway));
    }

    [Fact]
    public async Task ClientsThatLeave_DontOpenIt()
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.PeerClosed;

        for (var i = 0; i < 40; i++)
        {
            await using var client = await gateway.ConnectAsync();
            await client.SendAsync(Request.Post(Target, Body));
            await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == i + 1, "the request has arrived");
            client.Abort();
        }

        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.requests", "outcome=cancelled") == 40, "all have ended");
        Assert.Equal(CircuitState.Closed, StateOf(gateway));
    }

    [Fact]
    public async Task TimeoutsOfTheProvider_OpenIt()
    {
        await using var gateway = await StartAsync(c => TransportOptions.Set(c, ("Timeout", "00:00:00.3")));
        gateway.OpenAI.Handler = exchange => exchange.PeerClosed;

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gateway.PostAsync(Target, Body)));

        Assert.All(responses, response => response.AssertError(504, "upstream_timeout"));
        (await gateway.PostAsync(Target, Body)).AssertError(503, "circuit_open");
    }

    [Fact]
    public async Task WithOneDestinationOfTwoDead_ClientsSeeNoError_AndItIsLeftAlone()
    {
        await using var gateway = await StartAsync(c => c.WithDestinations("google", "huggingface"));
        gateway.Google.Handler = exchange => exchange.RespondAsync("503 Service Unavailable", "{}");

        Assert.All(await SendAsync(gateway, 200, "x"), response => response.AssertPassed());

        Assert.Equal(20, gateway.Google.Requests.Count);
        Assert.Equal(200, gateway.HuggingFace.Requests.Count);
        Assert.Equal([CircuitState.Open, CircuitState.Closed], Read(gateway).Destinations.Select(destination => destination.Circuit));

        _time.Advance(TimeSpan.FromSeconds(15));
        gateway.Google.Handler = gateway.HuggingFace.Handler;
        await SendAsync(gateway, 40, "x");
        Assert.InRange(gateway.Google.Requests.Count, 30, 59);
        Assert.Equal([CircuitState.Closed, CircuitState.Closed], Read(gateway).Destinations.Select(destination => destination.Circuit));
    }

    [Fact]
    public async Task CallsThatWait_AreAnsweredWhenItOpens()
    {
        await using var gateway = await StartAsync(c => c["Providers"]!["openai"]!["MaxCallsPerOrigin"] = 20);
        var answer = new TaskCompletionSource();
        gateway.OpenAI.Handler = async exchange =>
        {
            await answer.Task;
            await exchange.RespondAsync("503 Service Unavailable", "{}");
        };

        var calls = Enumerable.Range(0, 100).Select(_ => gateway.PostAsync(Target, Body)).ToArray();
        await Eventually.TrueAsync(() => gateway.OpenAI.Requests.Count == 20 && gateway.Measurements.Sum("ultraai.queue.depth") == 80, "20 run and 80 wait");
        answer.SetResult();
        var responses = await Task.WhenAll(calls);

        // A few may have got through between the first failures and the one that opens it.
        Assert.InRange(responses.Count(response => response.ErrorCode == "circuit_open"), 50, 80);
        Assert.All(responses, response => Assert.Equal(503, response.Status));
    }

    [Fact]
    public async Task WebSocketHandshake_AndPassthrough_ShareIt()
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("503 Service Unavailable", "{}");
        await using var client = await gateway.ConnectAsync();

        for (var i = 0; i < 20; i++)
        {
            await using var socket = await gateway.ConnectAsync();
            (await socket.ExchangeAsync(WebSocketHandshake.Request("/openai/v1/realtime?model=gpt-realtime", Request.Authorization))).AssertPassed(503);
        }

        (await gateway.PostAsync(Target, Body)).AssertError(503, "circuit_open");
        (await gateway.SendAsync(WebSocketHandshake.Request("/openai/v1/realtime?model=gpt-realtime", Request.Authorization))).AssertError(503, "circuit_open");
        Assert.Equal(20, gateway.OpenAI.Requests.Count);
    }

    private static bool Fails(RawExchange exchange) => exchange.Request["X-Fail"] is not null;

    private static ProviderState Read(GatewayEnvironment gateway)
    {
        Assert.True(gateway.App.Services.GetRequiredService<IProviderSource>().Providers.TryGet("openai", out var provider));
        return gateway.App.Services.GetRequiredService<ProviderStates>().Read(provider);
    }

    private static CircuitState StateOf(GatewayEnvironment gateway) => Assert.Single(Read(gateway).Destinations).Circuit;

    private static async Task<List<RawResponse>> SendAsync(GatewayEnvironment gateway, int count, string what)
    {
        var responses = new List<RawResponse>();
        await using var client = await gateway.ConnectAsync();
        for (var i = 0; i < count; i++)
        {
            responses.Add(await client.ExchangeAsync(what == "fails" ? Request.Post(Target, Body, "X-Fail: 1") : Request.Post(Target, Body)));
        }

        return responses;
    }

    private Task<GatewayEnvironment> StartAsync(Action<JsonObject>? configure = null) => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        Configure = configure,
        Services = services => services.AddSingleton<TimeProvider>(_time),
    });
}
