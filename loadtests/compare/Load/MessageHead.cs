using System.Buffers.Text;
using System.Text;

namespace UltraAI.Gateway.Compare.Load;

/// <summary>Reads what is needed of the head of a request or a response.</summary>
internal static class MessageHead
{
    /// <summary>The value of a field, without regard to case; empty when it is not there.</summary>
    /// <param name="head">From the first line to the empty one.</param>
    /// <param name="name">In lower case.</param>
    public static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        while (head.IndexOf("\r\n"u8) is >= 0 and var end)
        {
            head = head[(end + 2)..];
            if (head.Length > name.Length && head[name.Length] == ':' && Ascii.EqualsIgnoreCase(head[..name.Length], name))
            {
                var value = head[(name.Length + 1)..];
                return value[..value.IndexOf("\r\n"u8)].Trim((byte)' ');
            }
        }

        return default;
    }

    /// <summary>How the body is framed; null when it goes on until the connection ends.</summary>
    public static BodyFraming? Framing(ReadOnlySpan<byte> head)
    {
        if (Utf8Parser.TryParse(Field(head, "content-length"u8), out long length, out _))
        {
            return BodyFraming.OfLength(length);
        }

        return Field(head, "transfer-encoding"u8).Length > 0 ? BodyFraming.Chunked() : null;
    }
}
