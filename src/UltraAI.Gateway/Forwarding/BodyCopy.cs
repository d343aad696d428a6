using System.Buffers;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Hands a response's body on, each piece as it comes.</summary>
internal static class BodyCopy
{
    private const int PieceBytes = 64 * 1024;

    // A body that is known to be no longer is about to come, and what is held for it is little.
    private const int ShortBytes = 8 * 1024;

    /// <param name="source">The provider's.</param>
    /// <param name="length">How long it says it is; null if it does not.</param>
    /// <param name="target">The client's.</param>
    /// <param name="aborted">Cancelled when the client leaves.</param>
    public static async ValueTask CopyAsync(Stream source, long? length, Stream target, CancellationToken aborted)
    {
        byte[]? piece = null;
        var isShort = length is > 0 and <= ShortBytes;
        try
        {
            if (isShort)
            {
                piece = ArrayPool<byte>.Shared.Rent((int)length!.Value);
            }

            while (true)
            {
                if (!isShort)
                {
                    // Nothing is held while nothing comes: there may be thousands of silent streams.
                    var available = source.ReadAsync(Memory<byte>.Empty, aborted);
                    if (!available.IsCompletedSuccessfully && piece is not null)
                    {
                        ArrayPool<byte>.Shared.Return(piece);
                        piece = null;
                    }

                    await available;
                }

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
