using System.Net.WebSockets;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Google;

/// <summary>The Live WebSocket: a set-up, then turns of text. The server's JSON comes in binary messages, as Google sends it.</summary>
internal static class LiveEndpoint
{
    private const string TurnField = "clientContent";

    public static async Task HandleAsync(SimulatedCall call)
    {
        using var socket = await WebSocketSession.AcceptAsync(call);
        var prompt = new Prompt("gemini-live");
        while (await socket.ReceiveAsync() is { } message)
        {
            if (GenerateRequest.Field(message.Json, "setup") is { } setup)
            {
                var model = setup.String("model") ?? "";
                if (model.Contains("does-not-exist", StringComparison.Ordinal))
                {
                    await socket.CloseAsync(WebSocketCloseStatus.PolicyViolation, $"{model} is not found for API version v1beta, or is not supported for bidiGenerateContent.");
                    return;
                }

                prompt = new Prompt(model);
                await SendAsync(socket, new JsonObject { ["setupComplete"] = new JsonObject() });
            }
            else if (GenerateRequest.Field(message.Json, TurnField) is { } turn)
            {
                foreach (var content in turn.List("turns") ?? [])
                {
                    prompt.AddTurn(isUser: true, (content as JsonObject)?["parts"]);
                }

                if (GenerateRequest.Field(turn, "turnComplete") is null || turn.Flag("turnComplete") || turn.Flag("turn_complete"))
                {
                    await RespondAsync(call, socket, prompt);
                }
            }
            else if (GenerateRequest.Field(message.Json, "realtimeInput") is { } input && input.String("text") is { } text)
            {
                prompt.AddTurn(isUser: true, JsonValue.Create(text));
                await RespondAsync(call, socket, prompt);
            }
            else if (GenerateRequest.Field(message.Json, "toolResponse") is { } response)
            {
                prompt.AddText(Json.Text(response));
                await RespondAsync(call, socket, prompt);
            }
            else if (message.Json is null)
            {
                await socket.CloseAsync(WebSocketCloseStatus.InvalidPayloadData, "Request contains an invalid argument.");
                return;
            }
        }
    }

    private static async Task RespondAsync(SimulatedCall call, WebSocketSession socket, Prompt prompt)
    {
        var reply = Reply.Create(call, prompt, structured: null, maxTokens: null);
        foreach (var piece in reply.Pieces)
        {
            var parts = Json.Array(new JsonObject { ["text"] = piece });
            await SendAsync(socket, Content(new JsonObject { ["modelTurn"] = new JsonObject { ["parts"] = parts, ["role"] = "model" } }));
        }

        await SendAsync(socket, Content(new JsonObject { ["generationComplete"] = true }));
        var input = call.Behaviour.InputTokens ?? prompt.InputTokens;
        var last = Content(new JsonObject { ["turnComplete"] = true });
        last["usageMetadata"] = new JsonObject
        {
            ["promptTokenCount"] = input,
            ["responseTokenCount"] = reply.StreamedTokens,
            ["totalTokenCount"] = input + reply.StreamedTokens,
        };
        await SendAsync(socket, last);
    }

    private static JsonObject Content(JsonObject content) => new() { ["serverContent"] = content };

    private static Task SendAsync(WebSocketSession socket, JsonObject message) => socket.SendAsync(message, WebSocketMessageType.Binary);
}
