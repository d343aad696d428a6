using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Limits;

/// <summary>What a call holds of the shared limits.</summary>
internal sealed class RedisReservation(RedisLimitStore store, RedisSubject? key, RedisSubject? provider) : LimitReservation
{
    private bool _settled;
    private bool _isAbsent;
    private Share _key = new(0, -1);
    private Share _provider = new(0, -1);

    public RedisSubject? Key { get; } = key;

    public RedisSubject? Provider { get; } = provider;

    /// <summary>Takes note of what was admitted. To be called with both gates held.</summary>
    /// <param name="keyShare">What it holds of the key's.</param>
    /// <param name="providerShare">What it holds of the provider's.</param>
    /// <param name="isAbsent">It was admitted without Redis.</param>
    /// <returns>False if it was settled meanwhile, and all of this has been given back.</returns>
    public bool Add(Share keyShare, Share providerShare, bool isAbsent)
    {
        _isAbsent |= isAbsent;
        if (_settled)
        {
            store.Settle(Key, keyShare, 0, isAbsent);
            store.Settle(Provider, providerShare, 0, isAbsent);
            return false;
        }

        _key = _key.Plus(keyShare);
        _provider = _provider.Plus(providerShare);
        return true;
    }

    public override async ValueTask<GatewayError?> ExtendAsync(LimitDemand more) => (await store.ReserveAsync(this, more, more)).Refusal;

    public override void Settle(long tokens)
    {
        using var gates = new RedisGates(Key, Provider);
        if (!_settled)
        {
            _settled = true;
            store.Settle(Key, _key, tokens, _isAbsent);
            store.Settle(Provider, _provider, tokens, _isAbsent);
        }
    }

    /// <summary>What is held of one subject.</summary>
    /// <param name="Concurrent">Running calls.</param>
    /// <param name="Tokens">LLM tokens; -1 if they are not limited.</param>
    internal readonly record struct Share(int Concurrent, long Tokens)
    {
        public Share Plus(Share more) => new(Concurrent + more.Concurrent, more.Tokens < 0 ? Tokens : Math.Max(0, Tokens) + more.Tokens);
    }
}
