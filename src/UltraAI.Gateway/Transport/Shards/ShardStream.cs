#pragma warning disable RS0030 // It gets a socket that the handler has connected.
using System.Net.Sockets;

namespace UltraAI.Gateway.Transport.Shards;

/// <summary>A connection that says when it is closed.</summary>
internal sealed class ShardStream : NetworkStream
{
    private readonly int _shard;
    private OriginShards? _shards;

    public ShardStream(Socket socket, OriginShards shards, int shard)
        : base(socket, ownsSocket: true)
    {
        _shard = shard;
        _shards = shards;
        shards.Opened(shard);
    }

    protected override void Dispose(bool disposing)
    {
        Interlocked.Exchange(ref _shards, null)?.Closed(_shard);
        base.Dispose(disposing);
    }
}
