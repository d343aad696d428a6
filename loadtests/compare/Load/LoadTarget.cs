using System.Globalization;
using System.Net;
using System.Text;
using UltraAI.Gateway.Compare.Upstream;

namespace UltraAI.Gateway.Compare.Load;

/// <summary>Where load goes, and the requests for it as bytes.</summary>
/// <param name="Port">On this machine.</param>
/// <param name="Prefix">The path in front of <c>/v1/…</c>.</param>
/// <param name="Key">What is presented.</param>
internal sealed record LoadTarget(int Port, string Prefix, string Key)
{
    private const string Filler = "lorem ipsum dolor sit amet ";

    public IPEndPoint Address => new(IPAddress.Loopback, Port);

    /// <summary>A chat completion with a body of about this size.</summary>
    public byte[] Request(int bodySize, bool streams = false)
    {
        var front = $$"""{"model":"gpt-4o-mini",{{(streams ? "\"stream\":true," : "")}}"max_tokens":256,"messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":" """;
        const string back = "\"}]}";
        var missing = Math.Max(16, bodySize - front.Length - back.Length);
        var text = string.Create(missing, 0, static (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Filler[i % Filler.Length];
            }
        });
        var body = front + text + back;
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"POST {Prefix}/v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{Port}\r\nUser-Agent: OpenAI/Python 1.99.0\r\nAccept: application/json\r\nContent-Type: application/json\r\nX-Stainless-Lang: python\r\nX-Stainless-Package-Version: 1.99.0\r\nX-Stainless-OS: Linux\r\nX-Stainless-Arch: x64\r\nX-Stainless-Runtime: CPython\r\nAuthorization: Bearer {Key}\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    }

    public byte[] WebSocketHandshake() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET {Prefix}/v1/realtime?model=gpt-4o-mini HTTP/1.1\r\nHost: 127.0.0.1:{Port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {Key}\r\n\r\n"));

    /// <summary>The target's own answer must be the upstream's.</summary>
    public static bool IsAnswer(int status, long length) => status == 200 && length == UpstreamAnswers.UnaryBody.Length;
}
