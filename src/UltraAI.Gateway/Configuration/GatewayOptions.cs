using System.Text.Json.Serialization;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Metering.Content;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Configuration;

/// <summary>The section <c>Gateway</c> of the configuration, as it is written.</summary>
internal sealed record GatewayOptions
{
    /// <summary>The providers by name. A name is the first segment of a route: <c>[a-z0-9-]{1,64}</c>.</summary>
    public IReadOnlyDictionary<string, ProviderOptions> Providers { get; set; } = new Dictionary<string, ProviderOptions>();

    /// <summary>The keys that clients present.</summary>
    public IReadOnlyList<VirtualKeyOptions> VirtualKeys { get; set; } = [];

    /// <summary>Limits of providers, over all virtual keys together, by the provider's name.</summary>
    public IReadOnlyDictionary<string, LimitOptions> Limits { get; set; } = new Dictionary<string, LimitOptions>();

    /// <summary>Where limits, budgets and usage are kept. Read at start only.</summary>
    public StoreOptions Store { get; set; } = new();

    /// <summary>What models cost.</summary>
    public IReadOnlyList<PriceOptions> Prices { get; set; } = [];

    /// <summary>The presets of /ultra.</summary>
    public UltraOptions Ultra { get; set; } = new();

    /// <summary>What models can do, by <c>PROVIDER/MODEL</c>.</summary>
    public IReadOnlyDictionary<string, ModelOptions> Models { get; set; } = new Dictionary<string, ModelOptions>();

    /// <summary>How much of requests' bodies is held for inspection.</summary>
    public InspectionOptions Inspection { get; set; } = new();

    /// <summary>Going on after a failure.</summary>
    public ResilienceOptions Resilience { get; set; } = new();

    /// <summary>The one shared transport. Read at start only.</summary>
    public TransportOptions Transport { get; set; } = new();

    /// <summary>Who may look at metrics.</summary>
    public AdminOptions Admin { get; set; } = new();

    /// <summary>Networks of proxies whose <c>X-Forwarded-For</c> is believed, in CIDR notation.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    /// <summary>The gateway's own address, as clients see it, for links that lead back to it.</summary>
    /// <value>An absolute URL. The default is the scheme and Host of the request.</value>
    public string? PublicUrl { get; set; }

    /// <summary>A line of JSON for every request.</summary>
    public AccessLogOptions AccessLog { get; set; } = new();

    /// <summary>What some calls say and are answered.</summary>
    public ContentLogOptions ContentLog { get; set; } = new();

    /// <summary>How the gateway ends.</summary>
    public DrainOptions Drain { get; set; } = new();

    /// <summary>Whether a few calls are rehearsed before the gateway listens, so that its first clients don't wait for the compiler. Read at start only.</summary>
    /// <value>The default is true.</value>
    public bool Rehearsal { get; set; } = true;
}

/// <summary>How options are read. Unknown names and wrong kinds are found before, by <see cref="OptionsWalker"/>, with their paths.</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(GatewayOptions))]
internal sealed partial class ConfigurationJsonContext : JsonSerializerContext;
