using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace UltraAI.Gateway;

/// <summary>Kestrel's buffers, in blocks of 16 KB where its own have 4 KB.</summary>
/// <remarks>
/// Kestrel receives no more at once than a block holds: a long body takes a quarter of the system calls, and of all that follows from each.
/// A connection that is silent holds no block. A thread keeps a few blocks at hand, the one used last first, as it is in the processor's
/// cache; the others wait for any thread, up to <see cref="MostFree"/>. What nobody needed for ten seconds is let go of.
/// </remarks>
internal sealed class ServerBuffers : IMemoryPoolFactory<byte>, IDisposable
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 16 * 1024;

    /// <summary>How many blocks may wait for use: 32 MB.</summary>
    public const int MostFree = 2048;

    public static readonly TimeSpan TrimInterval = TimeSpan.FromSeconds(10);

    private const int MostAtHand = 16;

    private readonly Lock _gate = new();
    private readonly Stack<Block> _free = new();
    private readonly ITimer _trimming;
    private int _leastFree;

    public ServerBuffers(TimeProvider time) =>
        _trimming = time.CreateTimer(static buffers => ((ServerBuffers)buffers!).Trim(), this, TrimInterval, TrimInterval);

    /// <summary>Blocks that wait for any thread.</summary>
    public int Free
    {
        get
        {
            lock (_gate)
            {
                return _free.Count;
            }
        }
    }

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool(this);

    public void Dispose() => _trimming.Dispose();

    private Block Take()
    {
        lock (_gate)
        {
            if (_free.TryPop(out var block))
            {
                _leastFree = Math.Min(_leastFree, _free.Count);
                return block;
            }
        }

        return new Block(this);
    }

    private void Return(Block block)
    {
        lock (_gate)
        {
            if (_free.Count < MostFree)
            {
                _free.Push(block);
            }
        }
    }

    // So many were free all the time.
    private void Trim()
    {
        lock (_gate)
        {
            for (var unneeded = _leastFree; unneeded > 0; unneeded--)
            {
                _free.Pop();
            }

            _leastFree = _free.Count;
        }
    }

    // It has nothing of its own, so there is nothing to dispose, and it serves whoever comes late.
    private sealed class Pool(ServerBuffers buffers) : MemoryPool<byte>
    {
        public override int MaxBufferSize => BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
            return Block.TakeAtHand() ?? buffers.Take().Taken();
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Block(ServerBuffers buffers) : IMemoryOwner<byte>
    {
        [ThreadStatic]
        private static Block?[]? _atHand;

        [ThreadStatic]
        private static int _count;

        private readonly byte[] _array = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);
        private int _isFree;

        public Memory<byte> Memory => _array;

        public static Block? TakeAtHand() => _count > 0 ? _atHand![--_count]!.Taken() : null;

        public Block Taken()
        {
            _isFree = 0;
            return this;
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
            }
            else
            {
                buffers.Return(this);
            }
        }
    }
}
