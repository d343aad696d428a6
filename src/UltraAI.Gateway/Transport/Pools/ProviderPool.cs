using System.Collections.Frozen;

namespace UltraAI.Gateway.Transport.Pools;

/// <summary>The destinations and credentials of one provider, and who gets which.</summary>
/// <remarks>What has the fewest calls, for its weight, comes next; those that are equal take turns.</remarks>
internal sealed class ProviderPool
{
    /// <summary>The most destinations, and the most credentials: the ones that a call has tried are kept as bits.</summary>
    public const int MaxSize = 64;

    private readonly Provider _provider;
    private readonly TimeProvider _time;
    private readonly ulong _totalWeight;
    private uint _turn;

    public ProviderPool(Provider provider, Destination[] destinations, CredentialState[] credentials, TimeProvider time)
    {
        _provider = provider;
        _time = time;
        Destinations = destinations;
        Credentials = credentials;
        foreach (var credential in credentials)
        {
            _totalWeight += (uint)credential.Weight;
        }
    }

    public Destination[] Destinations { get; }

    public CredentialState[] Credentials { get; }

    /// <summary>Whether there is anything to choose.</summary>
    public bool HasChoice => Destinations.Length > 1 || Credentials.Length > 1;

    /// <summary>When the first of the circuits may let a call through.</summary>
    public TimeSpan RetryAfter
    {
        get
        {
            var least = Destinations[0].Circuit.RetryAfter;
            foreach (var destination in Destinations)
            {
                least = destination.Circuit.RetryAfter is var next && next < least ? next : least;
            }

            return least;
        }
    }

    /// <param name="tried">Bits of those that are not to be taken.</param>
    /// <returns>Null if none is left whose circuit lets calls through.</returns>
    public Destination? ChooseDestination(ulong tried)
    {
        Destination? best = null;
        var start = Turn((uint)Destinations.Length);
        for (var i = 0; i < Destinations.Length; i++)
        {
            var index = (start + i) % Destinations.Length;
            var next = Destinations[index];
            if ((tried & (1UL << index)) == 0 && next.Circuit.Allows && (best is null || next.ActiveCalls < best.ActiveCalls))
            {
                best = next;
            }
        }

        return best;
    }

    /// <param name="allowed">Names that may be taken; null: all.</param>
    /// <param name="model">What the call is for; null: not known.</param>
    /// <param name="tried">Bits of those that are not to be taken.</param>
    /// <param name="rest">How long the first of those that rest still does so; null if none rests.</param>
    /// <returns>Null if none is left that does not rest. One that was taken out comes only where there is no other, resting ones included.</returns>
    public CredentialState? ChooseCredential(FrozenSet<string>? allowed, string? model, ulong tried, out TimeSpan? rest)
    {
        CredentialState? best = null;
        CredentialState? rejected = null;
        rest = null;
        var now = _time.GetTimestamp();
        var start = StartByWeight();
        for (var i = 0; i < Credentials.Length; i++)
        {
            var index = (start + i) % Credentials.Length;
            var next = Credentials[index];
            if ((tried & (1UL << index)) != 0 || allowed?.Contains(next.Name) == false)
            {
                continue;
            }

            if (next.IsRejected)
            {
                rejected ??= next;
            }
            else if (next.RestOf(model, now) is { Ticks: > 0 } left)
            {
                rest = rest is { } least && least < left ? least : left;
            }
            else if (best is null || HasFewer(next, best))
            {
                best = next;
            }
        }

        return best ?? (rest is null ? rejected : null);
    }

    /// <summary>Whether a call for a model could be made now: a circuit lets it through, and a credential, if there are any, is neither taken out nor at rest for it.</summary>
    public bool Serves(string model)
    {
        var now = _time.GetTimestamp();
        return Array.Exists(Destinations, static destination => destination.Circuit.Allows)
            && (Credentials.Length == 0 || Array.Exists(Credentials, credential => !credential.IsRejected && credential.RestOf(model, now) <= TimeSpan.Zero));
    }

    public int IndexOf(Destination destination) => Array.IndexOf(Destinations, destination);

    public int IndexOf(CredentialState credential) => Array.IndexOf(Credentials, credential);

    public ProviderState Read() => new(
        [.. Destinations.Select(destination => new DestinationStatus(
            destination.Name, destination.Circuit.State, HasChoice ? destination.ActiveCalls : _provider.Load is { } load ? Volatile.Read(ref load.Active) : 0))],
        [.. Credentials.Select(credential => credential.Read())]);

    private static bool HasFewer(CredentialState one, CredentialState other) =>
        (long)one.ActiveCalls * other.Weight < (long)other.ActiveCalls * one.Weight;

    private int StartByWeight()
    {
        var place = Turn(_totalWeight);
        for (var i = 0; i < Credentials.Length; i++)
        {
            place -= Credentials[i].Weight;
            if (place < 0)
            {
                return i;
            }
        }

        return 0;
    }

    // Steps of the golden ratio: any run of turns is spread evenly, whatever the weights.
    private int Turn(ulong size) => (int)(((ulong)(Interlocked.Increment(ref _turn) * 2654435769u) * size) >> 32);
}
