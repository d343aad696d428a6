using System.Security.Cryptography;
using System.Text;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Both halves of RFC 6455's opening.</summary>
internal static class WebSocketHandshake
{
    public const string ClientKey = "dGhlIHNhbXBsZSBub25jZQ==";

    public static string Request(string target, params string[] fields) => Common.Request.Send(
        "GET",
        target,
        ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", $"Sec-WebSocket-Key: {ClientKey}", .. fields]);

    public static Task AcceptAsync(RawExchange exchange, params string[] fields) => exchange.WriteAsync(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + $"Sec-WebSocket-Accept: {AcceptOf(exchange.Request["Sec-WebSocket-Key"]!)}\r\n{string.Concat(fields.Select(f => f + "\r\n"))}\r\n");

#pragma warning disable CA5350 // RFC 6455 §4.2.2 asks for SHA-1.
    public static string AcceptOf(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
}
