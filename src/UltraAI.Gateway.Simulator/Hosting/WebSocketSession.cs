using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using UltraAI.Gateway.Simulator.Content;

namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>A message of a WebSocket; <see cref="Json"/> is set when it is text that is JSON.</summary>
internal sealed record WebSocketMessage(WebSocketMessageType Type, byte[] Data, JsonObject? Json);

/// <summary>The provider's side of a WebSocket; each message sent is a chunk of the behaviour.</summary>
internal sealed class WebSocketSession(SimulatedCall call, WebSocket socket) : IDisposable
{
    private const int MostMessageBytes = 16 * 1024 * 1024;

    public static async Task<WebSocketSession> AcceptAsync(SimulatedCall call, string? subprotocol = null)
    {
        if (!call.Context.WebSockets.IsWebSocketRequest)
        {
            throw new ProviderException(400, "This endpoint is only for WebSocket connections.");
        }

        var context = new WebSocketAcceptContext { SubProtocol = subprotocol, KeepAliveInterval = Timeout.InfiniteTimeSpan };
        return new WebSocketSession(call, await call.Context.WebSockets.AcceptWebSocketAsync(context));
    }

    /// <summary>The next message; nothing when the client closed, which is answered.</summary>
    public async Task<WebSocketMessage?> ReceiveAsync()
    {
        using var data = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), call.Aborted);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                call.Answer.MarkOver();
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, call.Aborted);
                return null;
            }

            data.Write(buffer, 0, result.Count);
            if (data.Length > MostMessageBytes)
            {
                await CloseAsync(WebSocketCloseStatus.MessageTooBig, "The message is too big.");
                return null;
            }

            if (result.EndOfMessage)
            {
                return new WebSocketMessage(result.MessageType, data.ToArray(), TryParse(data.ToArray()));
            }
        }
    }

    public Task SendAsync(JsonNode message, WebSocketMessageType type = WebSocketMessageType.Text) => SendAsync(Json.Bytes(message), type);

    public async Task SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type)
    {
        await call.Answer.BeforeChunkAsync();
        await socket.SendAsync(message, type, endOfMessage: true, call.Aborted);
        call.Answer.CountChunk();
    }

    public async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        call.Answer.MarkOver();
        await socket.CloseAsync(status, reason, call.Aborted);
    }

    public void Dispose() => socket.Dispose();

    private static JsonObject? TryParse(byte[] data)
    {
        try
        {
            return JsonNode.Parse(data) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
