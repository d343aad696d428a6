using System.Collections.Frozen;
using System.Net;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Keys;

/// <summary>A virtual key without its secret: who it is, and what it may do.</summary>
internal sealed class VirtualKey
{
    public required string Name { get; init; }

    /// <summary>What it was made of, as written, without the secret.</summary>
    public VirtualKeyOptions Options { get; init; } = new();

    public bool Enabled { get; init; } = true;

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Null: every provider.</summary>
    public FrozenSet<string>? Providers { get; init; }

    /// <summary>Patterns of the models that it may use. Null: every model.</summary>
    public IReadOnlyList<string>? Models
    {
        get => ModelScope?.Patterns;
        init => ModelScope = value is null ? null : new ModelScope(value);
    }

    /// <summary><see cref="Models"/>, ready to be asked. Null: every model.</summary>
    public ModelScope? ModelScope { get; private init; }

    /// <summary>Names of the credentials that its calls may be made with. Null: all of a provider's.</summary>
    public FrozenSet<string>? Credentials { get; init; }

    /// <summary>Null: all but the provider's administrative endpoints.</summary>
    public IReadOnlyList<EndpointPattern>? Endpoints { get; init; }

    /// <summary>Null: every network.</summary>
    public IReadOnlyList<IPNetwork>? AllowedNetworks { get; init; }

    /// <summary>Null: not limited.</summary>
    public LimitOptions? Limits { get; init; }

    /// <summary>Null: no budget.</summary>
    public BudgetOptions? Budget { get; init; }

    public bool AllowUnmeteredWebSockets { get; init; }

    /// <summary>Whether what it uses must be known: it has a token limit or a budget.</summary>
    public bool IsMetered => Budget is not null || Limits?.TokensPerMinute is not null;

    public override string ToString() => Name;
}

/// <summary>All virtual keys at one time, by digest.</summary>
internal sealed class VirtualKeyTable(IReadOnlyDictionary<KeyDigest, VirtualKey> keys)
{
    private readonly FrozenDictionary<KeyDigest, VirtualKey> _keys = keys.ToFrozenDictionary();

    public int Count => _keys.Count;

    public IReadOnlyDictionary<KeyDigest, VirtualKey> Entries => _keys;

    public VirtualKey? Find(ReadOnlySpan<char> key) =>
        key.Length is 0 or > KeyDigest.MaxKeyLength ? null : _keys.GetValueOrDefault(KeyDigest.Of(key));

    /// <summary>Looks through all keys: for operators, not for the request path.</summary>
    public VirtualKey? FindByName(string name) => _keys.Values.FirstOrDefault(key => string.Equals(key.Name, name, StringComparison.Ordinal));
}

/// <summary>The virtual keys that are in force now.</summary>
internal interface IVirtualKeySource
{
    VirtualKeyTable VirtualKeys { get; }
}

/// <summary>The virtual keys of the configuration alone.</summary>
internal interface IConfiguredVirtualKeys
{
    VirtualKeyTable VirtualKeys { get; }

    /// <summary>Fires when another configuration is in force.</summary>
    Microsoft.Extensions.Primitives.IChangeToken Changed { get; }
}
