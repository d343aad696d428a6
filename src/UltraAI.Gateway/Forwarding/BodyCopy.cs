using System.Buffers;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Hands a response's body on, each piece as it comes.</summary>
internal static class BodyCopy
{
    private const int PieceBytes = 64 * 1024;

    public static async ValueTask CopyAsync(Stream source, Stream target, CancellationToken aborted)
    {
        byte[]? piece = null;
        try
        {
            while (true)
            {
                // Nothing is held while nothing comes: there may be thousands of silent streams.
                var available = source.ReadAsync(Memory<byte>.Empty, aborted);
                if (!available.IsCompletedSuccessfully && piece is not null)
                {
                    ArrayPool<byte>.Shared.Return(piece);
                    piece = null;
                }

                await available;
                piece ??= ArrayPool<byte>.Shared.Rent(PieceBytes);
                var count = await source.ReadAsync(piece, aborted);
                if (count == 0)
                {
                    return;
                }

                await target.WriteAsync(piece.AsMemory(0, count), aborted);
            }
        }
        finally
        {
            if (piece is not null)
            {
                ArrayPool<byte>.Shared.Return(piece);
            }
        }
    }
}
