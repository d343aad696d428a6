using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Providers that agree on HTTP/2 by ALPN, under an authority of one's own (CONTRACT §5).</summary>
public sealed class Http2ProviderTests
{
    private static readonly string LargePrompt = $$"""{"model":"gpt-4o","messages":[{"role":"user","content":"{{new string('x', 4_000_000)}}"}]}""";

    [Fact]
    public async Task Exchange_OverHttp2_PassesTargetFieldsAndBody()
    {
        string[] seen = [];
        await using var upstream = await Http2Upstream.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            seen =
            [
                context.Request.Protocol,
                context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
                context.Request.Host.Value ?? "",
                context.Request.Headers.Authorization.ToString(),
                context.Request.Headers["X-Own"].ToString(),
                await reader.ReadToEndAsync(context.RequestAborted),
            ];
            context.Response.StatusCode = 299;
            context.Response.Headers["X-Answer"] = "1";
            await context.Response.WriteAsync("answer", context.RequestAborted);
        });
        await using var gateway = await StartAsync(upstream);

        var response = await gateway.PostAsync("/openai/v1/a%2Fb/%41?x=[]&", "{}", "X-Own: 2");

        response.AssertPassed(299);
        Assert.Equal("1", response["X-Answer"]);
        Assert.Equal("answer", response.BodyText);
        Assert.Equal(
            ["HTTP/2", "/v1/a%2Fb/%41?x=[]&", new Uri(upstream.BaseUrl).Authority, "Bearer " + GatewayEnvironment.CredentialOf("openai"), "2", "{}"], seen);
    }

    [Fact]
    public async Task Calls_AtOnce_ShareOneConnection()
    {
        var arrived = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await Http2Upstream.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref arrived) == 50)
            {
                all.SetResult();
            }

            if (context.Request.Path != "/v1/warm")
            {
                await all.Task.WaitAsync(Deadlines.Step);
            }
        });
        await using var gateway = await StartAsync(upstream);
        (await gateway.GetAsync("/openai/v1/warm")).AssertPassed();

        var answers = await Task.WhenAll(Enumerable.Range(0, 49).Select(_ => gateway.GetAsync("/openai/v1/x")));

        Assert.All(answers, a => a.AssertPassed());
        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task Calls_BeyondTheProvidersStreamLimit_GetFurtherConnections()
    {
        const int Calls = 40;
        const int Streams = 10;
        var arrived = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await Http2Upstream.StartAsync(
            async _ =>
            {
                if (Interlocked.Increment(ref arrived) == Calls)
                {
                    all.SetResult();
                }

                await all.Task.WaitAsync(Deadlines.Step);
            },
            Streams);
        await using var gateway = await StartAsync(upstream);

        var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => gateway.PostAsync("/openai/v1/x", "{}")));

        Assert.All(answers, answer => answer.AssertPassed());
        Assert.InRange(upstream.Connections, Calls / Streams, Calls);
    }

    [Fact]
    public async Task Goaway_LetsRunningStreamsEnd_AndNewCallsTakeAnotherConnection()
    {
        var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await Http2Upstream.StartAsync(async context =>
        {
            if (context.Request.Path == "/v1/stream")
            {
                await context.Response.WriteAsync("data: 1\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await goesOn.Task.WaitAsync(Deadlines.Step);
                await context.Response.WriteAsync("data: 2\n\n", context.RequestAborted);
            }
            else if (context.Request.Path == "/v1/goaway")
            {
                context.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose();
            }
        });
        await using var gateway = await StartAsync(upstream);
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Get("/openai/v1/stream"));
        (await client.ReadHeadAsync()).AssertPassed();
        Assert.Equal("data: 1\n\n", await client.ReadTextAsync(9));

        for (var i = 0; i < 20; i++)
        {
            (await gateway.PostAsync("/openai/v1/goaway", "{}")).AssertPassed();
        }

        Assert.InRange(upstream.Connections, 2, 21);
        goesOn.SetResult();
        Assert.Equal("data: 2\n\n", await client.ReadTextAsync(9));
        Assert.Empty(await client.ReadPieceAsync());
    }

    [Fact]
    public async Task Chunk_Each_ReachesTheClientBeforeTheNextIsWritten()
    {
        using var seen = new SemaphoreSlim(0);
        await using var upstream = await Http2Upstream.StartAsync(async context =>
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await seen.WaitAsync(Deadlines.Step);
            for (var i = 0; i < 5; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n", context.RequestAborted);
                await seen.WaitAsync(Deadlines.Step);
            }
        });
        await using var gateway = await StartAsync(upstream);
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(Request.Get("/openai/v1/x"));
        (await client.ReadHeadAsync()).AssertPassed();
        for (var i = 0; i < 5; i++)
        {
            seen.Release();
            Assert.Equal($"data: {i}\n\n", await client.ReadTextAsync(9));
        }

        seen.Release();
        Assert.Empty(await client.ReadPieceAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Abort_ByTheClient_ResetsItsStream(bool hasBegun)
    {
        var started = new TaskCompletionSource();
        var aborted = new TaskCompletionSource();
        await using var upstream = await Http2Upstream.StartAsync(async context =>
        {
            context.RequestAborted.Register(aborted.SetResult);
            if (hasBegun)
            {
                await context.Response.WriteAsync("data: 1\n\n", context.RequestAborted);
            }

            started.SetResult();
            await aborted.Task.WaitAsync(Deadlines.Step);
        });
        await using var gateway = await StartAsync(upstream);
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Post("/openai/v1/x", "{}"));
        await started.Task.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
        if (hasBegun)
        {
            (await client.ReadHeadAsync()).AssertPassed();
        }

        client.Abort();

        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);
    }

    // More than any window that the provider opens; and the gateway has all of it, since the key's models must be looked at.
    [Fact]
    public async Task Answer_BeforeTheBodyWasTaken_ReachesTheClient()
    {
        await using var upstream = await Http2Upstream.StartAsync(async context =>
        {
            context.Response.StatusCode = 413;
            await context.Response.WriteAsync("large", context.RequestAborted);
        });
        await using var gateway = await StartAsync(upstream, OfModels);

        var response = await gateway.PostAsync("/openai/v1/chat/completions", LargePrompt);

        response.AssertPassed(413);
        Assert.Equal("large", response.BodyText);
    }

    [Fact]
    public async Task Body_ThatTheProviderDoesNotTake_EndsWithTheClock()
    {
        var reset = new TaskCompletionSource();
        await using var upstream = await Http2Upstream.StartAsync(async context =>
        {
            context.RequestAborted.Register(reset.SetResult);
            await reset.Task.WaitAsync(Deadlines.Step);
        });
        await using var gateway = await StartAsync(upstream, c =>
        {
            OfModels(c);
            TransportOptions.Set(c, ("Timeout", "00:00:01"));
        });

        var response = await gateway.PostAsync("/openai/v1/chat/completions", LargePrompt);

        response.AssertError(504, "upstream_timeout");
        await reset.Task.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Abort_WhileTheProviderTakesNoBody_ResetsItsStream()
    {
        var started = new TaskCompletionSource();
        var reset = new TaskCompletionSource();
        await using var upstream = await Http2Upstream.StartAsync(async context =>
        {
            context.RequestAborted.Register(reset.SetResult);
            started.SetResult();
            await reset.Task.WaitAsync(Deadlines.Step);
        });
        await using var gateway = await StartAsync(upstream, OfModels);
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Post("/openai/v1/chat/completions", LargePrompt));
        await started.Task.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);

        client.Abort();

        await reset.Task.WaitAsync(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Reset_ByTheProvider_BreaksTheClientsTransfer()
    {
        await using var upstream = await Http2Upstream.StartAsync(async context =>
        {
            await context.Response.WriteAsync("data: 1\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
        });
        await using var gateway = await StartAsync(upstream);

        await Assert.ThrowsAsync<BrokenTransferException>(() => gateway.GetAsync("/openai/v1/x"));
    }

    [Fact]
    public async Task Certificate_ThatNobodyTrusts_IsUnreachable()
    {
        await using var upstream = await Http2Upstream.StartAsync(context => context.Response.WriteAsync("never", context.RequestAborted));
        await using var gateway = await GatewayEnvironment.StartAsync(c => c["Providers"]!["openai"]!["BaseUrl"] = upstream.BaseUrl);

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertError(502, "upstream_unreachable");
        ErrorShape.Assert("openai", response);
    }

    [Fact]
    public async Task Certificate_OfAnotherHost_IsUnreachable()
    {
        await using var upstream = await Http2Upstream.StartAsync(context => context.Response.WriteAsync("never", context.RequestAborted));
        await using var gateway = await GatewayEnvironment.StartAsync(c =>
        {
            c["Providers"]!["openai"]!["BaseUrl"] = upstream.BaseUrl.Replace("localhost", "127.0.0.1", StringComparison.Ordinal);
            TransportOptions.Set(c, ("TrustedCertificates", (JsonNode)upstream.AuthorityFile));
        });

        (await gateway.GetAsync("/openai/v1/x")).AssertError(502, "upstream_unreachable");
    }

    private static void OfModels(JsonObject configuration) => configuration["VirtualKeys"]![0]!["Models"] = new JsonArray("gpt-4o*");

    private static Task<GatewayEnvironment> StartAsync(Http2Upstream upstream, Action<JsonObject>? configure = null) => GatewayEnvironment.StartAsync(c =>
    {
        c["Providers"]!["openai"]!["BaseUrl"] = upstream.BaseUrl;
        TransportOptions.Set(c, ("TrustedCertificates", (JsonNode)upstream.AuthorityFile));
        configure?.Invoke(c);
    });
}
