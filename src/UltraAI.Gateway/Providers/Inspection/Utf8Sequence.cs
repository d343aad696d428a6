using System.Buffers;
using System.Text.Unicode;

namespace UltraAI.Gateway.Providers.Inspection;

/// <summary>UTF-8 over several segments.</summary>
internal static class Utf8Sequence
{
    public static bool IsValid(in ReadOnlySequence<byte> text)
    {
        if (text.IsSingleSegment)
        {
            return Utf8.IsValid(text.FirstSpan);
        }

        // The bytes of a character that goes on in the next segment, and its length.
        Span<byte> cut = stackalloc byte[4];
        int have = 0, need = 0;
        foreach (var segment in text)
        {
            var span = segment.Span;
            if (have > 0)
            {
                var taken = Math.Min(need - have, span.Length);
                span[..taken].CopyTo(cut[have..]);
                have += taken;
                span = span[taken..];
                if (have < need)
                {
                    continue;
                }

                if (!Utf8.IsValid(cut[..need]))
                {
                    return false;
                }
            }

            (have, need) = CutAtEnd(span);
            span[^have..].CopyTo(cut);
            if (!Utf8.IsValid(span[..^have]))
            {
                return false;
            }
        }

        return have == 0;
    }

    // How many bytes of an unfinished character stand at the end, and how many it should have.
    private static (int Have, int Need) CutAtEnd(ReadOnlySpan<byte> span)
    {
        for (var back = 1; back <= 3 && back <= span.Length; back++)
        {
            var value = span[^back];
            if (value >= 0xC0)
            {
                var need = value >= 0xF0 ? 4 : value >= 0xE0 ? 3 : 2;
                return need > back ? (back, need) : (0, 0);
            }

            if (value < 0x80)
            {
                break;
            }
        }

        return (0, 0);
    }
}
