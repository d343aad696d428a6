namespace UltraAI.Gateway.Transport.Shards;

/// <summary>The calls and connections of one origin, divided among the sockets' threads: which shard a call goes to.</summary>
/// <remarks>
/// A connection that is there comes first, also if it is another thread's: so there are about as many as one pool would have.
/// A call that needs a new one gets it on its own thread, and under load most find one there.
/// </remarks>
/// <param name="maxCalls">How many calls run at once, in all shards together.</param>
/// <param name="count">How many shards: at least 2.</param>
/// <param name="mayBeHttp2">What it is taken for until its first connection says.</param>
internal sealed class OriginShards(int maxCalls, int count, bool mayBeHttp2)
{
    private const int FewConnections = 2;

    private readonly int[] _running = new int[count]; // under the gate's lock
    private readonly int[] _open = new int[count];
    private volatile bool _isMultiplexed = mayBeHttp2;
    private volatile bool _hasHttp2;

    /// <summary>Whether its connections carry many calls each, as over HTTP/2: then few are better than near ones, and all calls go to one shard while it has room.</summary>
    public bool IsMultiplexed => _isMultiplexed;

    /// <summary>A connection has agreed on a version of HTTP. One of HTTP/1.1 beside those of HTTP/2 is a WebSocket's.</summary>
    public void Agreed(Version version)
    {
        _hasHttp2 |= version.Major > 1;
        _isMultiplexed = _hasHttp2;
    }

    /// <summary>The shard for a call, which must be able to run: fewer do than may.</summary>
    /// <param name="wanted">The shard of the thread that the call runs on; negative if that is none of them.</param>
    public int Choose(int wanted)
    {
        if (_isMultiplexed)
        {
            return FirstWithRoom();
        }

        if (wanted >= 0 && IdleIn(wanted) > 0 && HasRoom(wanted))
        {
            return wanted;
        }

        var idlest = Idlest();
        if (IdleIn(idlest) > 0 && HasRoom(idlest))
        {
            return idlest;
        }

        return wanted >= 0 && HasRoom(wanted) ? wanted : Emptiest();
    }

    /// <summary>How many connections of a shard are open.</summary>
    public int OpenIn(int shard) => Volatile.Read(ref _open[shard]);

    /// <summary>Whether a new connection of a shard is to be on that shard's thread.</summary>
    /// <remarks>Not over HTTP/2, and not when the shard has far more than its share, as one has that all first calls went to: a thread must not serve them all.</remarks>
    public bool BelongsToThread(int shard)
    {
        var all = 0;
        for (var i = 0; i < count; i++)
        {
            all += OpenIn(i);
        }

        return !_isMultiplexed && OpenIn(shard) <= FewConnections + (all * 3 / (count * 2));
    }

    public void Enter(int shard) => _running[shard]++;

    public void Leave(int shard) => _running[shard]--;

    /// <summary>Counts a connection that was made.</summary>
    public void Opened(int shard) => Interlocked.Increment(ref _open[shard]);

    /// <summary>Counts one that is closed.</summary>
    public void Closed(int shard) => Interlocked.Decrement(ref _open[shard]);

    private int IdleIn(int shard) => OpenIn(shard) - _running[shard];

    // All shards together have as many places as there are calls: one has room.
    private bool HasRoom(int shard) => _running[shard] < (maxCalls / count) + (shard < maxCalls % count ? 1 : 0);

    private int FirstWithRoom()
    {
        var first = 0;
        while (!HasRoom(first) && first < count - 1)
        {
            first++;
        }

        return first;
    }

    private int Idlest()
    {
        var most = 0;
        for (var i = 1; i < count; i++)
        {
            if (IdleIn(i) > IdleIn(most))
            {
                most = i;
            }
        }

        return most;
    }

    private int Emptiest()
    {
        var least = 0;
        for (var i = 1; i < count; i++)
        {
            if (_running[i] < _running[least] && HasRoom(i))
            {
                least = i;
            }
        }

        return least;
    }
}
