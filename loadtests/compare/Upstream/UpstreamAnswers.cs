using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace UltraAI.Gateway.Compare.Upstream;

/// <summary>The bytes that the upstream answers with, made once.</summary>
internal static class UpstreamAnswers
{
    /// <summary>How many digits a chunk's time has, after an <c>@</c>: in 100 ns of a clock that all processes of the machine share.</summary>
    public const int StampDigits = 16;

    public const string UnaryBody =
        """{"id":"chatcmpl-compare","object":"chat.completion","created":1764000000,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"A gateway keeps keys, limits, budgets and usage in one place instead of in every application, and lets a team change providers without changing code. The price is one more component to run, and a little time per call, which is small next to the seconds that a model takes to answer.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":42,"completion_tokens":64,"total_tokens":106,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}},"service_tier":"default","system_fingerprint":"fp_compare"}""";

    private const string ChunkText =
        """data: {"id":"chatcmpl-compare","object":"chat.completion.chunk","created":1764000000,"model":"gpt-4o-mini-2024-07-18","system_fingerprint":"fp_compare","choices":[{"index":0,"delta":{"content":"@0000000000000000 "},"logprobs":null,"finish_reason":null}]}""";

    private const string LastText =
        """data: {"id":"chatcmpl-compare","object":"chat.completion.chunk","created":1764000000,"model":"gpt-4o-mini-2024-07-18","choices":[],"usage":{"prompt_tokens":42,"completion_tokens":100,"total_tokens":142}}""";

    public static readonly byte[] Unary = Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-request-id: req_compare\r\nContent-Length: {UnaryBody.Length}\r\n\r\n{UnaryBody}"));

    public static readonly byte[] Unauthorized =
        "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 28\r\n\r\n{\"error\":{\"message\":\"key.\"}}"u8.ToArray();

    public static readonly byte[] StreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray();

    public static readonly byte[] StreamEnd = [.. Chunk(LastText + "\n\ndata: [DONE]\n\n"), .. "0\r\n\r\n"u8];

    private static readonly byte[] Stamped = Chunk(ChunkText + "\n\n");
    private static readonly int StampAt = Stamped.AsSpan().IndexOf((byte)'@') + 1;

    /// <summary>How many bytes <see cref="WriteChunk"/> writes.</summary>
    public static int ChunkLength => Stamped.Length;

    /// <summary>A chunk of a stream, with the time of now in its text.</summary>
    public static void WriteChunk(Span<byte> target)
    {
        Stamped.CopyTo(target);
        var now = Stopwatch.GetElapsedTime(0).Ticks;
        for (var i = StampDigits - 1; i >= 0; i--)
        {
            target[StampAt + i] = (byte)('0' + (now % 10));
            now /= 10;
        }
    }

    private static byte[] Chunk(string text) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text.Length:x}\r\n{text}\r\n"));
}
