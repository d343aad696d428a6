using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>What the transport measures of connections, silences and aborts (issue 7).</summary>
public sealed class TransportMeasurementTests
{
    [Fact]
    public async Task Connection_IsCountedAndTimedOnce_WithItsTls()
    {
        await using var upstream = await Http2Upstream.StartAsync(_ => Task.CompletedTask);
        await using var gateway = await GatewayEnvironment.StartAsync(configuration =>
        {
            configuration["Providers"]!["openai"]!["BaseUrl"] = upstream.BaseUrl;
            configuration["Transport"] = new JsonObject { ["TrustedCertificates"] = upstream.AuthorityFile };
        });

        for (var i = 0; i < 5; i++)
        {
            (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        }

        Assert.Equal(1, gateway.Measurements.Sum("ultraai.connections", "provider=openai"));
        Assert.True(gateway.Measurements.Sum("ultraai.connect", "provider=openai", "outcome=ok") > 0);
        Assert.True(gateway.Measurements.Sum("ultraai.tls.handshake", "provider=openai") > 0);
        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.requests", "provider=openai") == 5, "five requests on one connection");
    }

    [Fact]
    public async Task Connection_WithoutTls_HasNoHandshake()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();

        Assert.Equal(1, gateway.Measurements.Sum("ultraai.connections", "provider=openai"));
        Assert.Equal(0, gateway.Measurements.Sum("ultraai.tls.handshake"));
    }

    [Fact]
    public async Task Connection_Refused_IsAFailedAttempt()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        await gateway.OpenAI.DisposeAsync();

        (await gateway.GetAsync("/openai/v1/models")).AssertError(502, "upstream_unreachable");

        Assert.True(gateway.Measurements.Sum("ultraai.connect", "provider=openai", "outcome=failed") > 0);
        Assert.Equal(0, gateway.Measurements.Sum("ultraai.connections", "provider=openai"));
        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.aborts", "provider=openai", "side=provider", "phase=head") == 1, "the abort is counted");
    }

    [Fact]
    public async Task Silence_BetweenPieces_IsMeasured()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            foreach (var pause in new[] { 0, 50, 400, 50 })
            {
                await Task.Delay(pause);
                await exchange.WriteChunkAsync("data: x\n\n");
            }

            await exchange.WriteLastChunkAsync();
        };

        (await gateway.GetAsync("/openai/v1/x")).AssertPassed();

        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.stream.stall", "provider=openai") >= 0.39, "the longest silence is recorded");
    }

    [Fact]
    public async Task Client_ThatReadsSlowly_IsNoSilenceOfTheProvider()
    {
        const int Bytes = 16 * 1024 * 1024;
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Bytes}\r\n\r\n");
            var piece = new string('x', 64 * 1024);
            for (var i = 0; i < Bytes / piece.Length; i++)
            {
                await exchange.WriteAsync(piece);
            }
        };
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Get("/openai/v1/x"));
        (await client.ReadHeadAsync()).AssertPassed();

        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.Equal(Bytes, await client.DrainBodyAsync());

        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.requests", "provider=openai", "outcome=ok") == 1, "the call has ended");
        Assert.InRange(gateway.Measurements.Sum("ultraai.stream.stall", "provider=openai"), 0, 1);
    }

    [Theory]
    [InlineData("client")]
    [InlineData("provider")]
    public async Task Abort_InTheMiddle_IsCountedBySide(string side)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.StartStreamAsync();
            await exchange.WriteChunkAsync("data: x\n\n");
            if (side == "provider")
            {
                exchange.Close();
            }
            else
            {
                await exchange.PeerClosed.WaitAsync(Deadlines.Step);
            }
        };
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Get("/openai/v1/x"));
        (await client.ReadHeadAsync()).AssertPassed();
        await client.ReadTextAsync(9);

        if (side == "client")
        {
            client.Abort();
        }

        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.aborts", "provider=openai", $"side={side}", "phase=body") == 1, "the abort is counted");
        Assert.Equal(1, gateway.Measurements.Sum("ultraai.aborts"));
    }
}
