using System.Buffers;
using System.IO.Compression;

namespace UltraAI.Gateway.Metering;

/// <summary>Undoes <c>br</c>.</summary>
internal sealed class BrotliContentDecoder : ContentDecoder
{
    private BrotliDecoder _decoder;

    public override bool Decode(ReadOnlySpan<byte> bytes, UsageObserver observer)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            while (true)
            {
                var status = _decoder.Decompress(bytes, buffer, out var consumed, out var written);
                bytes = bytes[consumed..];
                if (status == OperationStatus.InvalidData || !observer.Decoded(buffer.AsSpan(0, written)))
                {
                    return false;
                }

                // NeedMoreData has taken all of the input; what follows the end of the coding is nothing of ours.
                if (status != OperationStatus.DestinationTooSmall)
                {
                    return true;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override void Dispose() => _decoder.Dispose();
}
