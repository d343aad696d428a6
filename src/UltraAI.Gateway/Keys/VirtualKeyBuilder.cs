using System.Buffers;
using System.Collections.Frozen;
using System.Net;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Keys;

/// <summary>Makes a virtual key of its options. The rules are the same for keys of the configuration and for those made at run time.</summary>
/// <param name="known">The configured providers, each with the names of its credentials; null: what is gone is no fault, the key just never reaches it.</param>
/// <param name="fault">Takes the path below the key, such as <c>Providers:1</c>, and what is wrong there; building goes on after each.</param>
internal sealed class VirtualKeyBuilder(IReadOnlyDictionary<string, IReadOnlyCollection<string>>? known, Action<string, string> fault)
{
    public const string NameRule = "a name has 1 to 64 of the characters a-z, 0-9 and '-'.";

    private const int MaxNameLength = 64;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static bool IsName(ReadOnlySpan<char> name) => name.Length is > 0 and <= MaxNameLength && !name.ContainsAnyExcept(NameCharacters);

    public VirtualKey Build(string name, VirtualKeyOptions options)
    {
        CheckProviders(options.Providers ?? []);
        CheckModels(options.Models ?? []);
        CheckCredentials(options);
        Report(options.Limits is { } limits ? LimitRules.Faults(limits) : [], nameof(options.Limits));
        Report(options.Budget is { } budget ? LimitRules.Faults(budget) : [], nameof(options.Budget));
        return new VirtualKey
        {
            Name = name,
            Options = options.WithoutSecret(),
            Enabled = options.Enabled,
            ExpiresAt = options.ExpiresAt,
            Providers = options.Providers?.ToFrozenSet(StringComparer.Ordinal),
            Models = options.Models,
            Credentials = options.Credentials?.ToFrozenSet(StringComparer.Ordinal),
            Endpoints = options.Endpoints is { } endpoints ? Patterns(endpoints) : null,
            AllowedNetworks = options.AllowedNetworks is { } networks ? Networks(networks) : null,
            Limits = options.Limits,
            Budget = options.Budget,
            AllowUnmeteredWebSockets = options.AllowUnmeteredWebSockets,
        };
    }

    private void CheckProviders(IReadOnlyList<string> providers)
    {
        for (var i = 0; i < providers.Count; i++)
        {
            if (known?.ContainsKey(providers[i]) == false)
            {
                fault($"{nameof(VirtualKeyOptions.Providers)}:{i}", $"there is no provider '{providers[i]}' under Gateway:Providers.");
            }
        }
    }

    private void CheckModels(IReadOnlyList<string> models)
    {
        for (var i = 0; i < models.Count; i++)
        {
            if (ModelScope.ErrorIn(models[i]) is { } error)
            {
                fault($"{nameof(VirtualKeyOptions.Models)}:{i}", error);
            }
        }
    }

    // A name that no provider of the key has could never apply; and a provider without any of the names could never be called.
    private void CheckCredentials(VirtualKeyOptions options)
    {
        if (known is null || options.Credentials is not { } credentials)
        {
            return;
        }

        var pools = (options.Providers ?? [.. known.Keys]).Where(known.ContainsKey).Select(name => (Name: name, Credentials: known[name])).ToArray();
        for (var i = 0; i < credentials.Count; i++)
        {
            if (!pools.Any(pool => pool.Credentials.Contains(credentials[i], StringComparer.Ordinal)))
            {
                fault($"{nameof(VirtualKeyOptions.Credentials)}:{i}", $"none of the key's providers has a credential '{credentials[i]}'.");
            }
        }

        foreach (var (name, pool) in options.Providers is null ? [] : pools)
        {
            if (pool.Count > 0 && !pool.Any(credentials.Contains))
            {
                fault(nameof(VirtualKeyOptions.Credentials), $"names no credential of provider '{name}', which the key's Providers name: no call of it could be made.");
            }
        }
    }

    private List<EndpointPattern> Patterns(IReadOnlyList<string> texts)
    {
        var patterns = new List<EndpointPattern>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            if (EndpointPattern.TryParse(texts[i], out var pattern, out var error))
            {
                patterns.Add(pattern);
            }
            else
            {
                fault($"{nameof(VirtualKeyOptions.Endpoints)}:{i}", error);
            }
        }

        return patterns;
    }

    private List<IPNetwork> Networks(IReadOnlyList<string> texts)
    {
        var networks = new List<IPNetwork>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            if (IPNetwork.TryParse(texts[i], out var network))
            {
                networks.Add(network);
            }
            else
            {
                fault($"{nameof(VirtualKeyOptions.AllowedNetworks)}:{i}", $"'{texts[i]}' is not a network in CIDR notation, such as 10.0.0.0/8.");
            }
        }

        return networks;
    }

    private void Report(IEnumerable<(string Property, string Message)> faults, string property)
    {
        foreach (var (inner, message) in faults)
        {
            fault(inner.Length == 0 ? property : $"{property}:{inner}", message);
        }
    }
}
