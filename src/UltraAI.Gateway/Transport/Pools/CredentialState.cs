using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Transport.Pools;

/// <summary>A credential of a pool with what is known of it by now: how many calls it has, for which models it rests, whether it is taken out.</summary>
/// <remarks>It outlives a reload that leaves name and secret as they were.</remarks>
internal sealed class CredentialState(ProviderCredential credential, TimeProvider time)
{
    /// <summary>Models that may rest at once; one more rests them all. Their names come from clients.</summary>
    public const int MaxModels = 64;

    /// <summary>How long a 429 can rest a credential.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);

    // Attempts that run side by side are told the same thing a moment apart: that is one rest.
    private static readonly TimeSpan Same = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();

    // Replaced, never changed: whoever chooses takes no lock. Times are the provider's timestamps.
    private volatile Dictionary<string, long>? _models;
    private long _allUntil = long.MinValue;
    private volatile bool _isRejected;
    private int _active;

    public ProviderCredential Credential => credential;

    public string Name => Credential.Name;

    /// <summary>The metrics tag with its name, made once.</summary>
    public KeyValuePair<string, object?> Tag { get; } = new(GatewayTelemetry.Tags.Credential, credential.Name);

    /// <summary>Its share of the calls, against those of the others.</summary>
    public int Weight { get; set; } = credential.Weight;

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

        return until <= now ? TimeSpan.Zero : time.GetElapsedTime(now, until);
    }

    /// <summary>Lets it rest; a longer rest that it has already stays.</summary>
    /// <param name="model">Null: for all models.</param>
    /// <param name="rest">For how long; at most <see cref="LongestRest"/>.</param>
    /// <returns>Whether that is a rest of its own, and not the end of one that has just been told.</returns>
    public bool Rest(string? model, TimeSpan rest)
    {
        var now = time.GetTimestamp();
        var until = now + (long)((rest < LongestRest ? rest : LongestRest).TotalSeconds * time.TimestampFrequency);
        lock (_lock)
        {
            var models = Resting(now);
            if (model is not null && (models.Count < MaxModels || models.ContainsKey(model)))
            {
                var its = models.GetValueOrDefault(model, now);
                models[model] = Math.Max(its, until);
                _models = models;
                return IsNew(its, until);
            }

            var all = Math.Max(_allUntil, now);
            Volatile.Write(ref _allUntil, Math.Max(all, until));
            return IsNew(all, until);
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
            var now = time.GetTimestamp();
            var models = Resting(now);
            var all = _allUntil > now;
            var until = all ? _allUntil : models.Count > 0 ? models.Values.Max() : 0;
            return new CredentialStatus(
                Name,
                _isRejected ? CredentialCondition.Rejected : until > 0 ? CredentialCondition.Resting : CredentialCondition.Ready,
                until > 0 && !_isRejected ? time.GetUtcNow() + time.GetElapsedTime(now, until) : null,
                all || _isRejected ? [] : [.. models.Keys.Order(StringComparer.Ordinal)]);
        }
    }

    private bool IsNew(long before, long until) => until > before && time.GetElapsedTime(before, until) > Same;

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
