using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Simulator;

/// <summary>The two WebSocket endpoints without an SDK.</summary>
public sealed class WebSocketTests(SimulatorFixture fixture) : IClassFixture<SimulatorFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Realtime_KeyAmongSubprotocols_IsAcceptedAndBinaryComesBack()
    {
        var provider = fixture.Simulator.OpenAI;
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("realtime");
        socket.Options.AddSubProtocol("openai-insecure-api-key." + provider.Credential);
        await socket.ConnectAsync(Address(provider, "/v1/realtime?model=gpt-realtime"), Cancelled);
        var created = JsonNode.Parse(await ReceiveAsync(socket))!;
        await socket.SendAsync(new byte[] { 1, 2, 3 }, WebSocketMessageType.Binary, endOfMessage: true, Cancelled);
        var echo = await ReceiveAsync(socket);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancelled);

        Assert.Equal("realtime", socket.SubProtocol);
        Assert.Equal("session.created", (string?)created["type"]);
        Assert.Equal([1, 2, 3], echo);
        Assert.Equal("gpt-realtime", (await provider.WaitForRequestAsync(request => request.Model == "gpt-realtime")).Model);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(429)]
    public async Task Realtime_CanBeScriptedToRefuseTheUpgrade(int status)
    {
        var provider = fixture.Simulator.OpenAI;
        var model = $"refused-{status}";
        provider.Script(request => request.Model == model, new SimulatedBehaviour { Status = status });
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", "Bearer " + provider.Credential);

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Address(provider, "/v1/realtime?model=" + model), Cancelled));
        Assert.Equal(status, (int)socket.HttpStatusCode);
    }

    [Fact]
    public async Task Realtime_ClientGoneWithoutClosing_IsSeen()
    {
        var provider = fixture.Simulator.OpenAI;
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + provider.Credential);
        await socket.ConnectAsync(Address(provider, "/v1/realtime?model=gone"), Cancelled);
        var request = await provider.WaitForRequestAsync(request => request.Model == "gone");
        socket.Abort();
        socket.Dispose();

        await request.Aborted.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
        await request.Completed.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
    }

    [Fact]
    public async Task Live_SetupAndTurn_IsAnsweredInText()
    {
        var provider = fixture.Simulator.Google;
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("x-goog-api-key", provider.Credential);
        await socket.ConnectAsync(Address(provider, "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"), Cancelled);
        await SendAsync(socket, """{"setup":{"model":"models/gemini-live-2.5-flash-preview"}}""");
        var ready = JsonNode.Parse(await ReceiveAsync(socket))!;
        await SendAsync(socket, """{"clientContent":{"turns":[{"role":"user","parts":[{"text":"How do ocean tides work?"}]}],"turnComplete":true}}""");
        var text = new StringBuilder();
        JsonNode? content;
        do
        {
            content = JsonNode.Parse(await ReceiveAsync(socket))!["serverContent"];
            text.Append(content?["modelTurn"]?["parts"]?[0]?["text"]);
        }
        while (content?["turnComplete"] is null);

        Assert.NotNull(ready["setupComplete"]);
        Assert.Contains("ocean tides", text.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private static Uri Address(SimulatedProvider provider, string path) => new UriBuilder(new Uri(provider.BaseAddress, path)) { Scheme = "ws" }.Uri;

    private static ValueTask SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, Cancelled);

    private static async Task<byte[]> ReceiveAsync(ClientWebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[8192];
        ValueWebSocketReceiveResult result;
        do
        {
            result = await socket.ReceiveAsync(buffer.AsMemory(), Cancelled);
            message.Write(buffer, 0, result.Count);
        }
        while (!result.EndOfMessage);
        return message.ToArray();
    }
}
