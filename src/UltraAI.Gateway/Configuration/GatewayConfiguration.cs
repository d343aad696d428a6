using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Metering.Content;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Configuration;

/// <summary>A configuration that has been checked and can be used. It never changes; a reload makes another one.</summary>
internal sealed record GatewayConfiguration
{
    public required ProviderTable Providers { get; init; }

    public required VirtualKeyTable VirtualKeys { get; init; }

    public required PriceTable Prices { get; init; }

    public required UltraSettings Ultra { get; init; }

    public required AdminAccess Admin { get; init; }

    /// <summary>The port of the listener that operators have for themselves; null: none.</summary>
    public int? AdminPort { get; init; }

    public required ForwardingSettings Forwarding { get; init; }

    public required TransportOptions Transport { get; init; }

    public required StoreSettings Store { get; init; }

    /// <summary>Whether a key of the configuration has a budget.</summary>
    public bool HasBudgets => VirtualKeys.Entries.Values.Any(key => key.Budget is not null);

    public required AccessLogOptions AccessLog { get; init; }

    public required ContentLogOptions ContentLog { get; init; }

    public required DrainOptions Drain { get; init; }

    public required bool Rehearsal { get; init; }

    /// <summary>Providers of the built-in configuration whose variable is not set, with that variable's name.</summary>
    public IReadOnlyList<(string Provider, string Variable)> Off { get; init; } = [];
}
