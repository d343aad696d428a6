using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>WebSockets pass as bytes (CONTRACT §2, §3, §5).</summary>
public sealed class WebSocketTests
{
    [Fact]
    public async Task Handshake_Accepted_PassesWithItsFields()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => WebSocketHandshake.AcceptAsync(
            exchange, "X-Session: s1", "X-Echo: " + GatewayEnvironment.CredentialOf("openai"), "x-ultraai-own: 1");
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(WebSocketHandshake.Request("/openai/v1/realtime?model=gpt-%72ealtime", Request.Authorization, "OpenAI-Beta: realtime=v1", "Sec-WebSocket-Extensions: permessage-deflate"));
        var response = await client.ReadHeadAsync();

        Assert.Equal(101, response.Status);
        Assert.Equal("websocket", response["Upgrade"], ignoreCase: true);
        Assert.Equal("Upgrade", response["Connection"], ignoreCase: true);
        Assert.Equal(WebSocketHandshake.AcceptOf(WebSocketHandshake.ClientKey), response["Sec-WebSocket-Accept"]);
        Assert.Equal("s1", response["X-Session"]);
        Assert.False(response.Has("x-ultraai-own"), response.Text);
        Assert.DoesNotContain(GatewayEnvironment.CredentialOf("openai"), response.Text, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(response["x-ultraai-request-id"]));
        var request = gateway.OpenAI.Request;
        Assert.Equal("/v1/realtime?model=gpt-%72ealtime", request.Target);
        Assert.Equal("websocket", request["Upgrade"], ignoreCase: true);
        Assert.Equal("Upgrade", request["Connection"], ignoreCase: true);
        Assert.Equal("13", request["Sec-WebSocket-Version"]);
        Assert.Equal("permessage-deflate", request["Sec-WebSocket-Extensions"]);
        Assert.Equal("realtime=v1", request["OpenAI-Beta"]);
        Assert.Equal("Bearer " + GatewayEnvironment.CredentialOf("openai"), request["Authorization"]);
        Assert.DoesNotContain(GatewayEnvironment.VirtualKey, request.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_BothWays_PassUnchangedAndAtOnce()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await WebSocketHandshake.AcceptAsync(exchange);
            await EchoAsync(exchange);
        };
        await using var client = await OpenAsync(gateway, "/openai/v1/realtime");
        byte[][] frames =
        [
            [0x81, 0x85, 1, 2, 3, 4, 0x69, 0x67, 0x6f, 0x68, 0x6e], // Masked text.
            [0x89, 0x80, 9, 9, 9, 9], // Ping.
            [0x01, 0x81, 0, 0, 0, 0, 0x61], // First fragment.
            [0xC1, 0x82, 0, 0, 0, 0, 0xff, 0x00], // Compressed.
            RandomNumberGenerator.GetBytes(200_000),
            [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8], // Close 1000.
        ];

        foreach (var frame in frames)
        {
            var sending = client.SendAsync(frame);
            Assert.Equal(frame, await client.Connection.ReadExactlyAsync(frame.Length));
            await sending;
        }
    }

    [Fact]
    public async Task ClientOfDotNet_SpeaksThroughTheGateway()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await WebSocketHandshake.AcceptAsync(exchange, "Sec-WebSocket-Protocol: realtime");
            await exchange.WriteAsync((byte[])[0x81, 0x05, .. "hello"u8]);
            await exchange.PeerClosed.WaitAsync(Deadlines.Step);
        };
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("realtime");
        socket.Options.AddSubProtocol("openai-insecure-api-key." + GatewayEnvironment.VirtualKey);
        using var limit = Deadlines.StepCancellation();

        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{gateway.Port}/openai/v1/realtime"), limit.Token);
        var buffer = new byte[100];
        var message = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);

        Assert.Equal("realtime", socket.SubProtocol);
        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, message.Count));
    }

    [Theory]
    [InlineData("realtime, openai-insecure-api-key.KEY, openai-beta.realtime-v1", "realtime, openai-beta.realtime-v1")]
    [InlineData("openai-insecure-api-key.KEY, realtime", "realtime")]
    [InlineData("realtime,openai-insecure-api-key.KEY,realtime,b,a", "realtime, realtime, b, a")]
    [InlineData("openai-insecure-api-key.KEY", null)]
    public async Task KeyInSubprotocol_IsRemovedAndTheOthersKeepTheirOrder(string offered, string? expected)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => WebSocketHandshake.AcceptAsync(exchange);
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(WebSocketHandshake.Request(
            "/openai/v1/realtime", "Sec-WebSocket-Protocol: " + offered.Replace("KEY", GatewayEnvironment.VirtualKey, StringComparison.Ordinal)));
        var response = await client.ReadHeadAsync();

        Assert.Equal(101, response.Status);
        var request = gateway.OpenAI.Request;
        var protocols = request.All("Sec-WebSocket-Protocol").SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries));
        Assert.Equal(expected ?? "", string.Join(", ", protocols));
        Assert.Equal(expected is null, !request.Has("Sec-WebSocket-Protocol"));
        Assert.Equal("Bearer " + GatewayEnvironment.CredentialOf("openai"), request["Authorization"]);
        Assert.DoesNotContain(GatewayEnvironment.VirtualKey, request.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.unknown")]
    [InlineData("Sec-WebSocket-Protocol: realtime")]
    [InlineData($"Sec-WebSocket-Protocol: openai-insecure-api-key.{GatewayEnvironment.VirtualKey}\r\nAuthorization: Bearer another")]
    [InlineData($"Sec-WebSocket-Protocol: openai-insecure-api-key.{GatewayEnvironment.VirtualKey}, openai-insecure-api-key.another")]
    public async Task Handshake_WithoutAGoodKey_Is401(string fields)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(WebSocketHandshake.Request("/openai/v1/realtime", fields));
        var response = await client.ReadResponseAsync();

        response.AssertError(401, "invalid_key");
        ErrorShape.Assert("openai", response);
        Assert.Empty(gateway.OpenAI.Requests);
    }

    [Fact]
    public async Task GoogleLive_WithTheKeyInTheQueryAndTheField_Passes()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.Google.Handler = exchange => WebSocketHandshake.AcceptAsync(exchange);
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(WebSocketHandshake.Request(
            $"/google/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key={GatewayEnvironment.VirtualKey}",
            $"x-goog-api-key: {GatewayEnvironment.VirtualKey}"));

        Assert.Equal(101, (await client.ReadHeadAsync()).Status);
        Assert.Equal(GatewayEnvironment.CredentialOf("google"), gateway.Google.Request["x-goog-api-key"]);
        Assert.DoesNotContain(GatewayEnvironment.VirtualKey, gateway.Google.Request.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(200)]
    public async Task Upgrade_RefusedByTheProvider_PassesWithItsBody(int status)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        const string Body = """{"error":{"message":"no"}}""";
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(status.ToString(CultureInfo.InvariantCulture) + " No", Body, "Content-Type: application/json");
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(WebSocketHandshake.Request("/openai/v1/realtime", Request.Authorization));
        var response = await client.ReadResponseAsync();

        response.AssertPassed(status);
        Assert.Equal(Body, response.BodyText);
    }

    [Fact]
    public async Task Client_ThatGoesAway_ClosesTheProvidersConnection()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await WebSocketHandshake.AcceptAsync(exchange);
            await exchange.PeerClosed.WaitAsync(Deadlines.Step);
        };
        await using var client = await OpenAsync(gateway, "/openai/v1/realtime");

        client.Abort();

        await Eventually.TrueAsync(() => gateway.OpenAI.OpenConnections == 0, "the provider sees the close", TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task Provider_ThatCloses_ClosesTheClientsConnection()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await WebSocketHandshake.AcceptAsync(exchange);
            await exchange.WriteAsync((byte[])[0x88, 0x02, 0x03, 0xE9]); // Close 1001.
            exchange.Close();
        };
        await using var client = await OpenAsync(gateway, "/openai/v1/realtime");

        Assert.Equal([0x88, 0x02, 0x03, 0xE9], await client.Connection.ReadExactlyAsync(4));
        await client.AssertClosedAsync();
    }

    [Fact]
    public async Task Idle_BeyondWebSocketIdleTimeout_EndsBothSides()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => TransportOptions.Set(c, ("WebSocketIdleTimeout", (JsonNode)"00:00:01")));
        gateway.OpenAI.Handler = async exchange =>
        {
            await WebSocketHandshake.AcceptAsync(exchange);
            await exchange.PeerClosed.WaitAsync(Deadlines.Step);
        };
        await using var client = await OpenAsync(gateway, "/openai/v1/realtime");
        var watch = System.Diagnostics.Stopwatch.StartNew();

        await client.AssertClosedAsync();

        Assert.InRange(watch.Elapsed.TotalSeconds, 0.9, 4);
        await Eventually.TrueAsync(() => gateway.OpenAI.OpenConnections == 0, "the provider's side is closed too");
    }

    [Fact]
    public async Task Client_ThatStopsReading_IsEndedAfterWebSocketIdleTimeout()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(c => TransportOptions.Set(c, ("WebSocketIdleTimeout", (JsonNode)"00:00:01")));
        var frame = new byte[64 * 1024];
        gateway.OpenAI.Handler = async exchange =>
        {
            await WebSocketHandshake.AcceptAsync(exchange);
            while (!exchange.PeerClosed.IsCompleted)
            {
                await exchange.WriteAsync(frame);
            }
        };
        await using var client = await OpenAsync(gateway, "/openai/v1/realtime");

        await Eventually.TrueAsync(() => gateway.OpenAI.OpenConnections == 0, "the provider's side is closed", TimeSpan.FromSeconds(10));

        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.requests", "outcome=client_timeout") == 1, "the client is named");
    }

    private static async Task<RawClient> OpenAsync(GatewayEnvironment gateway, string target)
    {
        var client = await gateway.ConnectAsync();
        await client.SendAsync(WebSocketHandshake.Request(target, Request.Authorization));
        Assert.Equal(101, (await client.ReadHeadAsync()).Status);
        return client;
    }

    private static async Task EchoAsync(RawExchange exchange)
    {
        while (await exchange.Connection.ReadSomeAsync(int.MaxValue) is { Length: > 0 } bytes)
        {
            await exchange.WriteAsync(bytes);
        }
    }
}
