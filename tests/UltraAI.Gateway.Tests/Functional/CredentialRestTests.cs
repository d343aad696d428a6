using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Pools;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>What a 429 does to the credential that it was said to (CONTRACT §3).</summary>
public sealed class CredentialRestTests
{
    private const string Target = "/openai/v1/chat/completions";

    private readonly ShiftedTime _time = new();

    [Fact]
    public async Task LimitedCredential_RestsForItsModel_AndNoClientSeesIt()
    {
        await using var gateway = await StartAsync(c => c.WithCredentials("one", "two"));
        gateway.OpenAI.Handler = LimitsOneFor("busy", "Retry-After: 60");

        Assert.All(await SendAsync(gateway, "busy", 1000), response => response.AssertPassed());
        Assert.Equal(1, CountOf(gateway, "one", "busy"));
        Assert.Equal(1, gateway.Measurements.Sum("ultraai.credential.rests", "provider=openai", "credential=one"));
        Assert.Equal(1, gateway.Measurements.Sum("ultraai.failovers", "provider=openai", "reason=rate_limited"));
        var status = Read(gateway).Credentials[0];
        Assert.Equal(("one", CredentialCondition.Resting), (status.Name, status.State));
        Assert.Equal(["busy"], status.Models);

        // Others are served meanwhile.
        await SendAsync(gateway, "idle", 30);
        Assert.InRange(CountOf(gateway, "one", "idle"), 5, 25);

        _time.Advance(TimeSpan.FromSeconds(60));
        gateway.OpenAI.Handler = exchange => exchange.RespondJsonAsync("{}");
        await SendAsync(gateway, "busy", 30);
        Assert.InRange(CountOf(gateway, "one", "busy"), 5, 25);
    }

    [Theory]
    [InlineData("""{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}""", "Retry-After: 60")]
    [InlineData("""{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}""", "X-None: 1")]
    public async Task SpentQuota_RestsItForAllModels(string body, string field)
    {
        await using var gateway = await StartAsync(c => c.WithCredentials("one", "two"));
        gateway.OpenAI.Handler = LimitsOneFor("busy", field, body);

        await SendAsync(gateway, "busy", 10);
        Assert.All(await SendAsync(gateway, "idle", 30), response => response.AssertPassed());

        Assert.Equal(0, CountOf(gateway, "one", "idle"));
        Assert.Empty(Read(gateway).Credentials[0].Models);
        Assert.Equal(CredentialCondition.Resting, Read(gateway).Credentials[0].State);
    }

    [Fact]
    public async Task UnknownModel_RestsItForAllModels()
    {
        await using var gateway = await StartAsync(c => c.WithCredentials("one", "two"));
        gateway.OpenAI.Handler = exchange => PoolSetup.CredentialOf(exchange.Request) == "one" && exchange.Request.Method == "GET"
            ? exchange.RespondAsync("429 Too Many Requests", "{}", "Retry-After: 60")
            : exchange.RespondJsonAsync("{}");

        for (var i = 0; i < 10; i++)
        {
            (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        }

        await SendAsync(gateway, "idle", 20);
        Assert.Equal(0, CountOf(gateway, "one", "idle"));
    }

    [Fact]
    public async Task WhenAllRest_TheGatewaySaysForHowLong()
    {
        await using var gateway = await StartAsync(c => c.WithCredentials("one", "two"));
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(
            "429 Too Many Requests", """{"error":"mine"}""", $"Retry-After: {(PoolSetup.CredentialOf(exchange.Request) == "one" ? 30 : 20)}");

        // The last one's answer is the provider's.
        (await SendAsync(gateway, "busy", 1))[0].AssertPassed(429);
        var refused = (await SendAsync(gateway, "busy", 1))[0];

        refused.AssertError(429, "credentials_resting");
        ErrorShape.Assert("openai", refused);
        Assert.InRange(int.Parse(refused["Retry-After"]!, System.Globalization.CultureInfo.InvariantCulture), 10, 20);
        Assert.Equal(2, gateway.OpenAI.Requests.Count);

        _time.Advance(TimeSpan.FromSeconds(20));
        (await SendAsync(gateway, "busy", 1))[0].AssertPassed(429);
        Assert.Equal("two", PoolSetup.CredentialOf(gateway.OpenAI.Requests[^1]));
    }

    [Fact]
    public async Task KeyHeldToOneCredential_DoesNotGoOnToAnother()
    {
        await using var gateway = await StartAsync(c => c.WithCredentials("one", "two")["VirtualKeys"]![0]!["Credentials"] = new JsonArray("one"));
        gateway.OpenAI.Handler = LimitsOneFor("busy", "Retry-After: 30");

        (await SendAsync(gateway, "busy", 1))[0].AssertPassed(429);
        (await SendAsync(gateway, "busy", 1))[0].AssertError(429, "credentials_resting");

        Assert.Equal("one", PoolSetup.CredentialOf(Assert.Single(gateway.OpenAI.Requests)));
    }

    [Fact]
    public async Task WithOneCredential_TheAnswerGoesStraightBack()
    {
        await using var gateway = await StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("429 Too Many Requests", """{"error":"mine"}""", "Retry-After: 30");

        Assert.All(await SendAsync(gateway, "busy", 5), response =>
        {
            response.AssertPassed(429);
            Assert.Equal("30", response["Retry-After"]);
        });
        Assert.Equal(5, gateway.OpenAI.Requests.Count);
    }

    [Fact]
    public async Task WebSocketHandshake_GoesToTheNextCredential()
    {
        await using var gateway = await StartAsync(c => c.WithCredentials("one", "two"));
        gateway.OpenAI.Handler = async exchange =>
        {
            if (PoolSetup.CredentialOf(exchange.Request) == "one")
            {
                await exchange.RespondAsync("429 Too Many Requests", "{}", "Retry-After: 30");
                return;
            }

            await WebSocketHandshake.AcceptAsync(exchange);
            await exchange.PeerClosed;
        };

        for (var i = 0; i < 6; i++)
        {
            await using var client = await gateway.ConnectAsync();
            await client.SendAsync(WebSocketHandshake.Request("/openai/v1/realtime?model=gpt-realtime", Request.Authorization));
            Assert.Equal(101, (await client.ReadHeadAsync()).Status);
        }

        Assert.Equal(1, gateway.OpenAI.Requests.Count(request => PoolSetup.CredentialOf(request) == "one"));
    }

    private static Func<RawExchange, Task> LimitsOneFor(string model, string field, string body = "{}") => async exchange =>
    {
        await exchange.ReadBodyAsync();
        if (PoolSetup.CredentialOf(exchange.Request) == "one" && exchange.Request.BodyText.Contains(model, StringComparison.Ordinal))
        {
            await exchange.RespondAsync("429 Too Many Requests", body, field, "Content-Type: application/json");
        }
        else
        {
            await exchange.RespondJsonAsync("{}");
        }
    };

    private static int CountOf(GatewayEnvironment gateway, string credential, string model) =>
        gateway.OpenAI.Requests.Count(request => PoolSetup.CredentialOf(request) == credential && request.BodyText.Contains(model, StringComparison.Ordinal));

    private static ProviderState Read(GatewayEnvironment gateway)
    {
        Assert.True(gateway.App.Services.GetRequiredService<IProviderSource>().Providers.TryGet("openai", out var provider));
        return gateway.App.Services.GetRequiredService<ProviderStates>().Read(provider);
    }

    private static async Task<List<RawResponse>> SendAsync(GatewayEnvironment gateway, string model, int count)
    {
        var responses = new List<RawResponse>();
        await using var client = await gateway.ConnectAsync();
        for (var i = 0; i < count; i++)
        {
            responses.Add(await client.ExchangeAsync(Request.Post(Target, $$"""{"model":"{{model}}","messages":[]}""")));
        }

        return responses;
    }

    private Task<GatewayEnvironment> StartAsync(Action<JsonObject>? configure = null) => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        Configure = configure,
        Services = services => services.AddSingleton<TimeProvider>(_time),
    });
}
