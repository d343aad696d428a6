using System.Net.WebSockets;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>The WebSocket /v1/realtime: text in, text out; binary messages are sent back as they came.</summary>
internal sealed class RealtimeEndpoint(ProviderDialect dialect)
{
    private const string Subprotocol = "realtime";
    private const string KeyPrefix = "openai-insecure-api-key.";

    /// <summary>The key that a browser puts among the subprotocols.</summary>
    public static string? SubprotocolKey(SimulatedCall call) =>
        call.Context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(name => name.StartsWith(KeyPrefix, StringComparison.Ordinal))?[KeyPrefix.Length..];

    public async Task HandleAsync(SimulatedCall call)
    {
        var model = call.Query("model") is { Length: > 0 } named ? named : throw new ProviderException(400, "You must provide a model parameter.", "missing_model");
        var isOffered = call.Context.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol);
        using var socket = await WebSocketSession.AcceptAsync(call, isOffered ? Subprotocol : null);
        var conversation = new RealtimeConversation(dialect, call, socket, model);
        await conversation.StartAsync();
        while (await socket.ReceiveAsync() is { } message)
        {
            if (message.Type == WebSocketMessageType.Binary)
            {
                await socket.SendAsync(message.Data, WebSocketMessageType.Binary);
            }
            else
            {
                await conversation.HandleAsync(message.Json);
            }
        }
    }
}
