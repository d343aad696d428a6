using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Limits;

/// <summary>Something that is limited: a virtual key, or a provider for all keys together.</summary>
/// <param name="id">Unique over both, such as <c>key:team-a</c> or <c>provider:openai</c>.</param>
/// <param name="name">Its name as the configuration has it, for messages and metrics.</param>
/// <param name="options">The limits; replaced by a reload.</param>
internal sealed class LimitSubject(string id, string name, LimitOptions options)
{
    private volatile LimitOptions _options = options;

    public string Id { get; } = id;

    public string Name { get; } = name;

    public LimitOptions Options
    {
        get => _options;
        set => _options = value;
    }

    /// <summary>The store's own state of it, found once.</summary>
    public object? State { get; set; }
}

/// <summary>What a request takes of one subject's limits.</summary>
/// <param name="Requests">Requests: 1 for a passthrough call.</param>
/// <param name="Tokens">Estimated LLM tokens; more than the burst takes the whole bucket.</param>
/// <param name="Concurrent">Running calls: 1, also for a run of /ultra.</param>
internal readonly record struct LimitDemand(long Requests, long Tokens, int Concurrent);

/// <summary>What is left of a limit after a decision: what <c>x-ultraai-ratelimit-*</c> tells.</summary>
/// <param name="Limit">The burst.</param>
/// <param name="Remaining">What could be taken now, never below 0.</param>
/// <param name="Reset">How long until it is full.</param>
internal readonly record struct LimitState(long Limit, long Remaining, TimeSpan Reset);

/// <summary>The answer to one request for a reservation.</summary>
internal readonly record struct LimitDecision
{
    /// <summary>What was reserved; null if refused.</summary>
    public LimitReservation? Reservation { get; init; }

    /// <summary>Why not: <c>rate_limited</c>, <c>concurrency_limited</c>, <c>store_unavailable</c>, with <c>Retry-After</c>; null if admitted.</summary>
    public GatewayError? Refusal { get; init; }

    /// <summary>The first subject's request limit; null if it has none.</summary>
    public LimitState? Requests { get; init; }

    /// <summary>The first subject's token limit; null if it has none.</summary>
    public LimitState? Tokens { get; init; }
}

/// <summary>Holds what is left of all limits, in this process or for all instances together.</summary>
internal interface ILimitStore
{
    /// <summary>Reserves for up to two subjects, all or nothing: what is refused has taken nothing from either.</summary>
    /// <param name="key">The virtual key; null if it has no limits.</param>
    /// <param name="keyDemand">What is taken of the key's.</param>
    /// <param name="provider">The provider; null if it has no limits.</param>
    /// <param name="providerDemand">What is taken of the provider's.</param>
    /// <returns>Complete at once wherever no answer of another process is needed.</returns>
    ValueTask<LimitDecision> ReserveAsync(LimitSubject? key, LimitDemand keyDemand, LimitSubject? provider, LimitDemand providerDemand);
}

/// <summary>What a call holds of the limits until it is settled.</summary>
internal abstract class LimitReservation
{
    /// <summary>Takes more of the same: further calls of a run. All or nothing.</summary>
    /// <returns>Why not; null if it was taken.</returns>
    public abstract ValueTask<GatewayError?> ExtendAsync(LimitDemand more);

    /// <summary>Ends it: places are free again, and the tokens that were really used take the place of the estimate.</summary>
    /// <param name="tokens">The LLM tokens that were used; more than reserved becomes debt.</param>
    /// <remarks>Never waits, never throws; only the first call counts.</remarks>
    public abstract void Settle(long tokens);
}
