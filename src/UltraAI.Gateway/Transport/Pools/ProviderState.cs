namespace UltraAI.Gateway.Transport.Pools;

/// <summary>What can be told about a provider's pool at one moment. Holds no secret.</summary>
internal sealed record ProviderState(IReadOnlyList<DestinationStatus> Destinations, IReadOnlyList<CredentialStatus> Credentials);

/// <summary>One destination at one moment.</summary>
/// <param name="Name">Host and port.</param>
/// <param name="Circuit">Whether calls go there.</param>
/// <param name="ActiveCalls">Calls that wait for it or run.</param>
internal sealed record DestinationStatus(string Name, CircuitState Circuit, int ActiveCalls);

/// <summary>One credential at one moment.</summary>
/// <param name="Name">The name that the configuration gave it.</param>
/// <param name="State">Whether it is used.</param>
/// <param name="Until">When the last of its rests ends; null if it does not rest.</param>
/// <param name="Models">The models that it rests for; empty: all, where it rests at all.</param>
internal sealed record CredentialStatus(string Name, CredentialCondition State, DateTimeOffset? Until, IReadOnlyList<string> Models);

/// <summary>Whether a destination's calls are made. The wire form is the name in snake_case; the metric's value is the number.</summary>
internal enum CircuitState
{
    /// <summary>They are.</summary>
    Closed,

    /// <summary>One at a time, to see whether it works again.</summary>
    HalfOpen,

    /// <summary>None, for a while: too many of the last ones failed.</summary>
    Open,
}

/// <summary>Whether a credential is used. The wire form is the name in small letters; the metric's value is the number.</summary>
internal enum CredentialCondition
{
    /// <summary>It is.</summary>
    Ready,

    /// <summary>The provider has said 429: not for some models, or for none, for a while.</summary>
    Resting,

    /// <summary>The provider has refused it, and the gateway's own probe too.</summary>
    Rejected,
}

/// <summary>The wire forms.</summary>
internal static class ProviderStateNames
{
    public static string Name(this CircuitState state) => state switch
    {
        CircuitState.Closed => "closed",
        CircuitState.HalfOpen => "half_open",
        _ => "open",
    };

    public static string Name(this CredentialCondition state) => state switch
    {
        CredentialCondition.Ready => "ready",
        CredentialCondition.Resting => "resting",
        _ => "rejected",
    };
}

/// <summary>Tells the state of providers: for health, admin, dashboard and the readiness of presets.</summary>
internal sealed class ProviderStates(ProviderPools pools)
{
    public ProviderState Read(Provider provider) => pools.Of(provider).Read();

    /// <summary>Whether a call to the provider for a model could be made now, as far as circuits and credentials go.</summary>
    public bool Serves(Provider provider, string model) => pools.Of(provider).Serves(model);
}
