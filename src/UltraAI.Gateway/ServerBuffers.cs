using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace UltraAI.Gateway;

/// <summary>Kestrel's buffers, in blocks of 16 KB where its own have 4 KB.</summary>
/// <remarks>
/// Kestrel receives no more at once than a block holds: a long body takes a quarter of the system calls, and of all that follows from each.
/// A connection that is silent holds no block. A thread keeps a few blocks at hand, the one used last first, as it is in the processor's
/// cache; the others' arrays go back to the shared pool, which lets go of what is not used.
/// </remarks>
internal sealed class ServerBuffers : IMemoryPoolFactory<byte>
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 16 * 1024;

    private const int MostAtHand = 16;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    // It has nothing of its own, so there is nothing to dispose, and it serves whoever comes late.
    private sealed class Pool : MemoryPool<byte>
    {
        public override int MaxBufferSize => BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
            return Block.Take();
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Block : IMemoryOwner<byte>
    {
        [ThreadStatic]
        private static Block?[]? _atHand;

        [ThreadStatic]
        private static int _count;

        private byte[] _array = [];
        private int _isFree = 1;

        public Memory<byte> Memory => _array;

        public static Block Take()
        {
            var block = _count > 0 ? _atHand![--_count]! : new Block { _array = ArrayPool<byte>.Shared.Rent(BlockBytes) };
            block._isFree = 0;
            return block;
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isFree, 1) != 0)
            {
                return;
            }

            var blocks = _atHand ??= new Block?[MostAtHand];
            if (_count < MostAtHand)
            {
                blocks[_count++] = this;
                return;
            }

            var array = _array;
            _array = [];
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
