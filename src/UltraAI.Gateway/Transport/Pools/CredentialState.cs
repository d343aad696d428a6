using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Transport.Pools;

/// <summary>A credential of a pool with what is known of it by now: how many calls it has, for which models it rests, whether it is taken out.</summary>
/// <remarks>It outlives a reload that leaves name and secret as they were.</remarks>
internal sealed class CredentialState
{
    /// <summary>Models that may rest at once; one more rests them all. Their names come from clients.</summary>
    public const int MaxModels = 64;

    /// <summary>How long a 429 can rest a credential.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();

    // Replaced, never changed: whoever chooses takes no lock. Times are the provider's timestamps.
    private volatile Dictionary<string, long>? _models;
    private long _allUntil;
    private volatile bool _isRejected;
    private int _active;

    public CredentialState(ProviderCredential credential, TimeProvider time)
    {
        _time = time;
        Credential = credential;
        Weight = credential.Weight;
        _allUntil = long.MinValue;
    }

    public ProviderCredential Credential { get; }

    public string Name => Credential.Name;

    /// <summary>Its share of the calls, against those of the others.</summary>
    public int Weight { get; set; }

    /// <summary>The last answer to the gateway's own question whether it is accepted.</summary>
    public CredentialProbe.Answer Probe { get; } = new();

    /// <summary>Calls that wait with it or run, where there is another one to choose.</summary>
    public int ActiveCalls => Volatile.Read(ref _active);

    /// <summary>Whether the provider has refused it, and the gateway's own probe too.</summary>
    public bool IsRejected => _isRejected;

    public void Enter() => Interlocked.Increment(ref _active);

    public void Leave() => Interlocked.Decrement(ref _active);

    /// <summary>How long it still rests for a model.</summary>
    /// <param name="model">Null: not known, so only a rest for all models counts.</param>
    /// <param name="now">A timestamp.</param>
    public TimeSpan RestOf(string? model, long now)
    {
        var until = Volatile.Read(ref _allUntil);
        if (model is not null && _models is { } models && models.TryGetValue(model, out var its) && its > until)
        {
            until = its;
        }

        return until <= now ? TimeSpan.Zero : _time.GetElapsedTime(now, until);
    }

    /// <summary>Lets it rest; a longer rest that it has already stays.</summary>
    /// <param name="model">Null: for all models.</param>
    /// <param name="rest">For how long; at most <see cref="LongestRest"/>.</param>
    /// <returns>Whether it rests longer now than before.</returns>
    public bool Rest(string? model, TimeSpan rest)
    {
        var now = _time.GetTimestamp();
        var until = now + (long)((rest < LongestRest ? rest : LongestRest).TotalSeconds * _time.TimestampFrequency);
        lock (_lock)
        {
            var models = Resting(now);
            if (model is not null && (models.Count < MaxModels || models.ContainsKey(model)))
            {
                if (models.GetValueOrDefault(model, long.MinValue) >= until)
                {
                    return false;
                }

                models[model] = until;
                _models = models;
                return true;
            }

            if (_allUntil >= until)
            {
                return false;
            }

            Volatile.Write(ref _allUntil, until);
            return true;
        }
    }

    /// <summary>Takes it out.</summary>
    /// <returns>Whether it was in.</returns>
    public bool Reject()
    {
        lock (_lock)
        {
            var was = _isRejected;
            _isRejected = true;
            return !was;
        }
    }

    /// <summary>The provider has accepted it.</summary>
    /// <returns>Whether it was out.</returns>
    public bool Accept()
    {
        if (!_isRejected)
        {
            return false;
        }

        lock (_lock)
        {
            var was = _isRejected;
            _isRejected = false;
            return was;
        }
    }

    /// <summary>What can be told about it now.</summary>
    public CredentialStatus Read()
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            var models = Resting(now);
            var all = _allUntil > now;
            var until = all ? _allUntil : models.Count > 0 ? models.Values.Max() : 0;
            return new CredentialStatus(
                Name,
                _isRejected ? CredentialCondition.Rejected : until > 0 ? CredentialCondition.Resting : CredentialCondition.Ready,
                until > 0 && !_isRejected ? _time.GetUtcNow() + _time.GetElapsedTime(now, until) : null,
                all || _isRejected ? [] : [.. models.Keys.Order(StringComparer.Ordinal)]);
        }
    }

    // A copy, without what is over.
    private Dictionary<string, long> Resting(long now)
    {
        var resting = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (model, until) in _models ?? [])
        {
            if (until > now)
            {
                resting.Add(model, until);
            }
        }

        return resting;
    }
}
