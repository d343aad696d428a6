using Microsoft.Extensions.Primitives;

namespace UltraAI.Gateway.Transport.Pools;

/// <summary>The pools of all providers that are configured. What is known of a credential or destination outlives a reload that does not change it.</summary>
internal sealed class ProviderPools
{
    private readonly IProviderSource _source;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProviderPool> _latest = new(StringComparer.Ordinal);

    public ProviderPools(IProviderSource source, TimeProvider time)
    {
        _source = source;
        _time = time;
        ChangeToken.OnChange(() => source.Changed, Follow);
        Follow();
    }

    /// <summary>The providers that are in force now, with their pools.</summary>
    public IEnumerable<(Provider Provider, ProviderPool Pool)> Current => _source.Providers.All.Select(provider => (provider, Of(provider)));

    public ProviderPool Of(Provider provider) => provider.Pool ?? Attach(provider);

    private void Follow()
    {
        var providers = _source.Providers;
        foreach (var provider in providers.All)
        {
            Of(provider);
        }

        lock (_lock)
        {
            foreach (var name in _latest.Keys)
            {
                if (!providers.TryGet(name, out _))
                {
                    _latest.Remove(name);
                }
            }
        }
    }

    private ProviderPool Attach(Provider provider)
    {
        lock (_lock)
        {
            if (provider.Pool is { } there)
            {
                return there;
            }

            var before = _latest.GetValueOrDefault(provider.Name);
            var pool = new ProviderPool(
                provider,
                [.. provider.Destinations.Select(destination => before?.Destinations.FirstOrDefault(old => old.BaseUrl == destination.BaseUrl) ?? destination)],
                [.. provider.Credentials.Select(credential => StateOf(credential, before))],
                _time);
            foreach (var destination in pool.Destinations)
            {
                destination.Circuit ??= new DestinationCircuit(_time);
            }

            _latest[provider.Name] = pool;
            return provider.Pool = pool;
        }
    }

    private CredentialState StateOf(Keys.ProviderCredential credential, ProviderPool? before)
    {
        var state = before?.Credentials.FirstOrDefault(old => old.Name == credential.Name && old.Credential.SameSecretAs(credential));
        if (state is null)
        {
            return new CredentialState(credential, _time);
        }

        state.Weight = credential.Weight;
        return state;
    }
}
