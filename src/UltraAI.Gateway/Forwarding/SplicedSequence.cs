using System.Buffers;

namespace UltraAI.Gateway.Forwarding;

/// <summary>A sequence with a few bytes put into it; the rest is the same memory, not a copy.</summary>
internal static class SplicedSequence
{
    /// <summary>Puts bytes in the place of those from one offset to another; of none where both are the same.</summary>
    public static ReadOnlySequence<byte> Replace(in ReadOnlySequence<byte> source, long start, long end, ReadOnlyMemory<byte> replacement)
    {
        var first = new Segment(ReadOnlyMemory<byte>.Empty, 0);
        var last = first;
        foreach (var memory in source.Slice(0, start))
        {
            last = last.Append(memory);
        }

        last = last.Append(replacement);
        foreach (var memory in source.Slice(end))
        {
            last = last.Append(memory);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
