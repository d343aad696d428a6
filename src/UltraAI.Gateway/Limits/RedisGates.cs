namespace UltraAI.Gateway.Limits;

/// <summary>Holds the gates of up to two subjects, the key's before the provider's.</summary>
internal readonly ref struct RedisGates
{
    private readonly RedisSubject? _key;
    private readonly RedisSubject? _provider;

    public RedisGates(RedisSubject? key, RedisSubject? provider)
    {
        (_key, _provider) = (key, provider);
        key?.Gate.Enter();
        provider?.Gate.Enter();
    }

    public void Dispose()
    {
        _provider?.Gate.Exit();
        _key?.Gate.Exit();
    }
}
