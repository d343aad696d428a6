using System.Buffers.Text;

namespace UltraAI.Gateway.Rehearsal;

/// <summary>As much of HTTP/1.1 as the two ends of a rehearsal need, whose messages are known.</summary>
internal static class RehearsalMessage
{
    /// <summary>Whether a message is there to its end.</summary>
    public static bool IsComplete(ReadOnlySpan<byte> message)
    {
        var end = message.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        var head = message[..end];
        var body = message[(end + 4)..];
        var field = head.IndexOf("\r\nContent-Length: "u8);
        return field < 0
            ? body.EndsWith("\r\n0\r\n\r\n"u8)
            : Utf8Parser.TryParse(head[(field + "\r\nContent-Length: ".Length)..], out int length, out _) && body.Length >= length;
    }
}
