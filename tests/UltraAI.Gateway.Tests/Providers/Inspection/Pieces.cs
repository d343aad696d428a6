using System.Buffers;

namespace UltraAI.Gateway.Tests.Providers.Inspection;

/// <summary>Bytes as a sequence of several segments.</summary>
internal sealed class Pieces : ReadOnlySequenceSegment<byte>
{
    private Pieces(ReadOnlyMemory<byte> memory, long index)
    {
        Memory = memory;
        RunningIndex = index;
    }

    /// <summary>Segments of <paramref name="size"/> bytes; every third one is empty.</summary>
    public static ReadOnlySequence<byte> Of(byte[] bytes, int size)
    {
        var first = new Pieces(ReadOnlyMemory<byte>.Empty, 0);
        var last = first;
        for (var i = 0; i < bytes.Length; i += size)
        {
            last = last.Append(bytes.AsMemory(i, Math.Min(size, bytes.Length - i)));
            if (i % 3 == 2)
            {
                last = last.Append(ReadOnlyMemory<byte>.Empty);
            }
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private Pieces Append(ReadOnlyMemory<byte> memory)
    {
        var next = new Pieces(memory, RunningIndex + Memory.Length);
        Next = next;
        return next;
    }
}
