using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Pools;
using Xunit;
using TransportOptions = UltraAI.Gateway.Tests.Functional.Common.TransportOptions;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Which answers are followed by another attempt, and which are the client's (CONTRACT §3).</summary>
public sealed class FailoverTests
{
    private const string Target = "/openai/v1/chat/completions";
    private const string Body = """{"model":"m","messages":[]}""";

    [Theory]
    [InlineData("502 Bad Gateway", true)]
    [InlineData("503 Service Unavailable", true)]
    [InlineData("504 Gateway Timeout", true)]
    [InlineData("529 Overloaded", true)]
    [InlineData("500 Internal Server Error", false)]
    [InlineData("400 Bad Request", false)]
    [InlineData("403 Forbidden", false)]
    [InlineData("404 Not Found", false)]
    [InlineData("408 Request Timeout", false)]
    [InlineData("429 Too Many Requests", false)]
    public async Task Answer_OfOneDestination_GoesToTheOtherOnlyIfItSaysThatItIsDown(string status, bool goesOn)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c.WithDestinations("google", "huggingface"));
        gateway.Google.Handler = exchange => exchange.RespondAsync(status, "{}");

        var responses = await SendAsync(gateway, 8);

        Assert.NotEmpty(gateway.Google.Requests);
        var number = int.Parse(status[..3], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(goesOn ? 0 : gateway.Google.Requests.Count, responses.Count(response => response.Status == number));
        Assert.All(responses, response => Assert.True(response.ErrorCode is null, response.Everything));
        Assert.Equal(goesOn ? 8 : 8 - gateway.Google.Requests.Count, gateway.HuggingFace.Requests.Count);
        Assert.Equal(goesOn ? gateway.Google.Requests.Count : 0, gateway.Measurements.Sum("ultraai.failovers", "provider=openai", "reason=provider_error"));
    }

    [Fact]
    public async Task DeadDestination_IsNoErrorForClients()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c.WithDestinations(DeadUrl(), "google"));

        var responses = await SendAsync(gateway, 10);

        Assert.All(responses, response => response.AssertPassed());
        Assert.Equal(10, gateway.Google.Requests.Count);
        Assert.NotEqual(0, gateway.Measurements.Sum("ultraai.failovers", "reason=unreachable"));
    }

    [Fact]
    public async Task WhenEveryDestinationFails_TheLastAnswerIsTheClients()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c.WithDestinations("google", "huggingface"));
        gateway.Google.Handler = gateway.HuggingFace.Handler = exchange => exchange.RespondAsync("503 Service Unavailable", """{"error":"mine"}""", "Content-Type: application/json");

        var response = await gateway.PostAsync(Target, Body);

        response.AssertPassed(503);
        Assert.Equal("""{"error":"mine"}""", response.BodyText);
        Assert.Single(gateway.Google.Requests);
        Assert.Single(gateway.HuggingFace.Requests);
    }

    [Theory]
    [InlineData(300_000, true)]
    [InlineData(1024 * 1024, true)]
    [InlineData((1024 * 1024) + 1, false)]
    public async Task Body_IsSentAgainByteForByte_UpToTheReplayBuffer(int length, bool goesOn)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c.WithDestinations("google", "huggingface"));
        gateway.Google.Handler = exchange => exchange.RespondAsync("503 Service Unavailable", "{}");
        var body = new string('x', length - 4) + "tail";

        var responses = new List<RawResponse>();
        while (gateway.Google.Requests.Count == 0)
        {
            responses.Add(await gateway.PostAsync("/openai/v1/files", body));
        }

        Assert.Equal(goesOn ? 200 : 503, responses[^1].Status);
        Assert.All(gateway.HuggingFace.Requests.Append(gateway.Google.Requests[0]), request => Assert.Equal(body, System.Text.Encoding.ASCII.GetString(request.Body)));
        Assert.Equal(goesOn ? responses.Count : responses.Count - 1, gateway.HuggingFace.Requests.Count);
    }

    [Fact]
    public async Task BodyWithoutALength_IsNotRepeated_OnceItHasBegun()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c.WithDestinations("google", "huggingface"));
        gateway.Google.Handler = gateway.HuggingFace.Handler = exchange => exchange.RespondAsync("503 Service Unavailable", "{}");

        var response = await gateway.SendAsync(Chunked(new string('x', 100_000)));

        response.AssertPassed(503);
        Assert.Equal(100_000, Assert.Single(gateway.Google.Requests.Concat(gateway.HuggingFace.Requests)).Body.Length);
    }

    [Fact]
    public async Task BodyWithoutALength_GoesToTheNextDestination_WhereTheFirstOneIsNotThere()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c.WithDestinations(DeadUrl(), "google"));

        for (var i = 0; i < 6; i++)
        {
            (await gateway.SendAsync(Chunked(new string('x', 100_000)))).AssertPassed();
        }

        Assert.All(gateway.Google.Requests, request => Assert.Equal(100_000, request.Body.Length));
        Assert.Equal(6, gateway.Google.Requests.Count);
    }

    [Fact]
    public async Task OverHttp2_AnAnswerBeforeTheBodyIsThere_IsFollowedByTheWholeBody()
    {
        var lengths = new System.Collections.Concurrent.ConcurrentQueue<long>();
        await using var upstream = await Http2Upstream.StartAsync(async context =>
        {
            if (context.Request.Headers.Authorization == "Bearer " + PoolSetup.SecretOf("one"))
            {
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "0";
                return;
            }

            long length = 0;
            var buffer = new byte[64 * 1024];
            int count;
            while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
            {
                length += count;
            }

            lengths.Enqueue(length);
        });
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
        {
            c.WithCredentials("one", "two")["Providers"]!["openai"]!["BaseUrl"] = upstream.BaseUrl;
            TransportOptions.Set(c, ("TrustedCertificates", upstream.AuthorityFile));
        });

        var responses = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => gateway.PostAsync("/openai/v1/files", new string('x', 900_000))));

        Assert.All(responses, response => response.AssertPassed());
        Assert.Equal(40, lengths.Count);
        Assert.All(lengths, length => Assert.Equal(900_000, length));
        Assert.NotEqual(0, gateway.Measurements.Sum("ultraai.failovers", "reason=rate_limited"));
    }

    [Fact]
    public async Task ResponseThatHasBegun_IsNotRepeated()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c.WithDestinations("google", "huggingface"));
        gateway.Google.Handler = gateway.HuggingFace.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: 1\n\n");
            exchange.Abort();
        };

        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Post(Target, Body));
        await Assert.ThrowsAnyAsync<Exception>(() => client.ReadResponseAsync());

        Assert.Equal(1, gateway.Google.Requests.Count + gateway.HuggingFace.Requests.Count);
    }

    [Fact]
    public async Task Failover_RunsOnTheSameClock()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
        {
            c.WithDestinations("google", "huggingface");
            TransportOptions.Set(c, ("Timeout", "00:00:04"));
        });
        var first = 0;
        gateway.Google.Handler = gateway.HuggingFace.Handler = async exchange =>
        {
            await exchange.ReadBodyAsync();
            if (Interlocked.Exchange(ref first, 1) == 0)
            {
                await Task.Delay(2500, TestContext.Current.CancellationToken);
                await exchange.RespondAsync("503 Service Unavailable", "{}");
            }
            else
            {
                await exchange.PeerClosed;
                exchange.Close();
            }
        };

        var watch = Stopwatch.StartNew();
        (await gateway.PostAsync(Target, Body)).AssertError(504, "upstream_timeout");

        // 6.5 s if the second attempt had a time of its own.
        Assert.InRange(watch.Elapsed.TotalSeconds, 3.9, 6);
    }

    [Fact]
    public async Task ConfirmedRejection_TakesTheCredentialOut_WithoutAnErrorForClients()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c.WithCredentials("good", "bad"));
        gateway.OpenAI.Handler = exchange => PoolSetup.CredentialOf(exchange.Request) == "bad"
            ? exchange.RespondAsync("401 Unauthorized", """{"error":{"code":"invalid_api_key"}}""")
            : exchange.RespondJsonAsync("{}");

        var responses = await SendAsync(gateway, 30);

        Assert.All(responses, response => response.AssertPassed());
        Assert.Equal(1, gateway.OpenAI.Requests.Count(request => request.Method == "POST" && PoolSetup.CredentialOf(request) == "bad"));
        Assert.Equal(1, gateway.OpenAI.Requests.Count(request => request.Method == "GET"));
        Assert.Equal(1, gateway.Measurements.Sum("ultraai.credential.rejections", "provider=openai", "credential=bad"));
        Assert.Contains("'bad' of provider openai is taken out", gateway.Logs.AllText(), StringComparison.Ordinal);
        Assert.DoesNotContain(PoolSetup.SecretOf("bad"), gateway.Logs.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejection_IsConfirmedAlsoWhereTheCallHasTheOnlyPlace()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
            TransportOptions.Set(c.WithCredentials("good", "bad"), ("MaxCallsPerOrigin", (JsonNode)1), ("Timeout", (JsonNode)"00:00:04")));
        gateway.OpenAI.Handler = exchange => PoolSetup.CredentialOf(exchange.Request) == "bad"
            ? exchange.RespondAsync("401 Unauthorized", "{}")
            : exchange.RespondJsonAsync("{}");

        Assert.All(await SendAsync(gateway, 4), response => response.AssertPassed());

        Assert.Equal(1, gateway.OpenAI.Requests.Count(request => request.Method == "POST" && PoolSetup.CredentialOf(request) == "bad"));
        Assert.Equal(1, gateway.Measurements.Sum("ultraai.credential.rejections", "provider=openai", "credential=bad"));
        Assert.Equal(1, gateway.OpenAI.AcceptedConnections);
    }

    [Fact]
    public async Task RejectedCredential_IsTriedAgainLater()
    {
        var time = new ShiftedTime();
        await using var gateway = await StartAsync(time, c => c.WithCredentials("good", "bad"));
        var isFixed = false;
        gateway.OpenAI.Handler = exchange => PoolSetup.CredentialOf(exchange.Request) == "bad" && !isFixed
            ? exchange.RespondAsync("401 Unauthorized", "{}")
            : exchange.RespondJsonAsync("{}");
        await SendAsync(gateway, 10);
        isFixed = true;
        time.Advance(TimeSpan.FromSeconds(61));
        await SendAsync(gateway, 1);

        await Eventually.TrueAsync(() => gateway.Logs.AllText().Contains("'bad' of provider openai is accepted again", StringComparison.Ordinal), "the probe accepts it");
        await SendAsync(gateway, 20);
        Assert.Contains(gateway.OpenAI.Requests.Skip(15), request => request.Method == "POST" && PoolSetup.CredentialOf(request) == "bad");
    }

    [Fact]
    public async Task ClientsOwnBadField_TakesNothingOut()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c.WithCredentials("one", "two"));
        gateway.OpenAI.Handler = exchange => exchange.Request.Has("OpenAI-Organization")
            ? exchange.RespondAsync("401 Unauthorized", """{"error":{"message":"No such organization"}}""")
            : exchange.RespondJsonAsync("{}");

        for (var i = 0; i < 20; i++)
        {
            var response = await gateway.PostAsync(Target, Body, "OpenAI-Organization: org-wrong");
            response.AssertPassed(401);
            Assert.Contains("No such organization", response.BodyText, StringComparison.Ordinal);
        }

        Assert.All(await SendAsync(gateway, 20), response => response.AssertPassed());
        Assert.Equal(0, gateway.Measurements.Sum("ultraai.credential.rejections"));
        Assert.Equal(0, gateway.Measurements.Sum("ultraai.failovers"));
        Assert.InRange(gateway.OpenAI.Requests.Count(request => request.Method == "GET"), 1, 2);
        Assert.Equal(2, gateway.OpenAI.Requests.Where(request => request.Method == "POST").Select(PoolSetup.CredentialOf).Distinct().Count());
    }

    [Theory]
    [InlineData("API_KEY_INVALID", true)]
    [InlineData("FIELD_INVALID", false)]
    public async Task Google400_GoesToTheNextCredentialOnlyIfItSaysSo(string reason, bool goesOn)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["Providers"]!["google"]!["Credentials"] = new JsonArray(
            new JsonObject { ["Name"] = "one", ["Value"] = PoolSetup.SecretOf("one") }, new JsonObject { ["Name"] = "two", ["Value"] = PoolSetup.SecretOf("two") }));
        var body = $$$"""{"error":{"code":400,"details":[{"reason":"{{{reason}}}"}]}}""";
        gateway.Google.Handler = exchange => exchange.Request["x-goog-api-key"] == PoolSetup.SecretOf("one")
            ? exchange.RespondAsync("400 Bad Request", Coding.Encode("gzip", body), "Content-Type: application/json", "Content-Encoding: gzip")
            : exchange.RespondJsonAsync("{}");

        var bad = 0;
        for (var i = 0; i < 10; i++)
        {
            var response = await gateway.PostAsync("/google/v1beta/models/gemini-2.5-flash:generateContent", "{}");
            if (response.Status == 400)
            {
                bad++;
                Assert.Equal(Coding.Encode("gzip", body), response.Body);
            }
        }

        Assert.Equal(goesOn, bad == 0);
        Assert.Contains(gateway.Google.Requests, request => request["x-goog-api-key"] == PoolSetup.SecretOf("one"));
    }

    [Fact]
    public async Task PlacesAndCounts_AreAtZero_WhateverHappened()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
        {
            c.WithCredentials("one", "two").WithDestinations(DeadUrl(), "google", "huggingface");
            c["Providers"]!["openai"]!["MaxCallsPerOrigin"] = 16;
        });
        gateway.Google.Handler = exchange => exchange.RespondAsync("503 Service Unavailable", "{}");
        gateway.HuggingFace.Handler = exchange => exchange.Request.StartLine.Contains("hang", StringComparison.Ordinal)
            ? exchange.PeerClosed
            : PoolSetup.CredentialOf(exchange.Request) == "one" ? exchange.RespondAsync("429 Too Many Requests", "{}", "Retry-After: 0") : exchange.RespondJsonAsync("{}");

        await Task.WhenAll(Enumerable.Range(0, 64).Select(async number =>
        {
            await using var client = await gateway.ConnectAsync();
            await client.SendAsync(Request.Post(number % 2 == 0 ? Target : "/openai/v1/hang", Body));
            if (number % 2 == 0)
            {
                await client.ReadResponseAsync();
            }
            else
            {
                await Eventually.TrueAsync(() => gateway.HuggingFace.Requests.Any(request => request.StartLine.Contains("hang", StringComparison.Ordinal)), "a call hangs at its provider");
                client.Abort();
            }
        }));

        var states = gateway.App.Services.GetRequiredService<ProviderStates>();
        Assert.True(gateway.App.Services.GetRequiredService<IProviderSource>().Providers.TryGet("openai", out var openai));
        await Eventually.TrueAsync(() => states.Read(openai).Destinations.All(destination => destination.ActiveCalls == 0), "every call has left its destination");
        await Eventually.TrueAsync(() => openai.Pool!.Credentials.All(credential => credential.ActiveCalls == 0), "every call has left its credential");
        Assert.Equal(0, gateway.Measurements.Sum("ultraai.calls.active"));
        Assert.Equal(0, gateway.Measurements.Sum("ultraai.queue.depth"));
    }

    internal static string DeadUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    private static string Chunked(string body) => Request.Send(
        "POST", "/openai/v1/files", [Request.Authorization, "Transfer-Encoding: chunked"]) + $"{body.Length:x}\r\n{body}\r\n0\r\n\r\n";

    private static Task<GatewayEnvironment> StartAsync(TimeProvider time, Action<JsonObject> configure) => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        Configure = configure,
        Services = services => services.AddSingleton(time),
    });

    private static async Task<List<RawResponse>> SendAsync(GatewayEnvironment gateway, int count)
    {
        var responses = new List<RawResponse>();
        await using var client = await gateway.ConnectAsync();
        for (var i = 0; i < count; i++)
        {
            responses.Add(await client.ExchangeAsync(Request.Post(Target, Body)));
        }

        return responses;
    }
}
