using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Transport;

/// <summary>What the call holds: its places in the gates, its destination and its credential.</summary>
internal sealed partial class ProviderCall
{
    private CallGate? _gate;
    private CallGate? _ownGate;
    private int _shard;
    private TransportMetrics.Load? _load;
    private int _isCounted;

    /// <summary>Where it goes, or went last; null until that is chosen.</summary>
    public Destination? Destination { get; private set; }

    /// <summary>What is presented, or was last; null: nothing.</summary>
    public CredentialState? Credential { get; private set; }

    /// <summary>Goes to this destination with this credential, and is counted there if <paramref name="counts"/>; no longer where it was before.</summary>
    public void Choose(Destination destination, CredentialState? credential, bool counts)
    {
        LeaveChosen();
        Destination = destination;
        Credential = credential;
        if (counts)
        {
            destination.Enter();
            credential?.Enter();
            Volatile.Write(ref _isCounted, 1);
        }
    }

    /// <summary>Whether it takes no place: who waits for its answer may have the last one.</summary>
    public bool NeedsNoPlace { get; init; }

    /// <summary>Whether it has a place in its provider's own gate.</summary>
    public bool HasOwnPlace => Volatile.Read(ref _ownGate) is not null;

    /// <summary>Whether it has no place there yet. One at another origin is given back.</summary>
    public bool NeedsPlaceAt(CallGate gate)
    {
        var held = Volatile.Read(ref _gate);
        if (held is not null && held != gate)
        {
            LeaveOrigin();
        }

        return held != gate;
    }

    /// <summary>The shard of connections that the call would have, if it can: see <see cref="Shards.OriginShards"/>. Negative: any.</summary>
    public int WantedShard { get; set; } = -1;

    /// <summary>The shard of its place.</summary>
    public int Shard => _shard;

    /// <summary>Whether the call got through the queue.</summary>
    public bool HasPlace => Volatile.Read(ref _gate) is not null;

    public void TookPlace(CallGate gate, TransportMetrics.Load load, bool isOwn, int shard)
    {
        if (isOwn)
        {
            _ownGate = gate;
        }
        else
        {
            _shard = shard;
            _gate = gate;
            _load = load;
            Interlocked.Increment(ref load.Active);
        }
    }

    private void LeaveGates()
    {
        LeaveOrigin();
        Interlocked.Exchange(ref _ownGate, null)?.Leave(shard: 0);
        LeaveChosen();
    }

    private void LeaveOrigin()
    {
        if (Interlocked.Exchange(ref _gate, null) is { } gate)
        {
            Interlocked.Decrement(ref _load!.Active);
            gate.Leave(_shard);
        }
    }

    private void LeaveChosen()
    {
        if (Volatile.Read(ref _isCounted) == 1 && Interlocked.Exchange(ref _isCounted, 0) == 1)
        {
            Destination!.Leave();
            Credential?.Leave();
        }
    }
}
