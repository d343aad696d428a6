using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Telemetry;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Rehearsal;

/// <summary>The configuration of the gateway that is thrown away: everything on that a call can meet, nothing from the operator's.</summary>
internal static class RehearsalConfiguration
{
    private const long Plenty = 1_000_000;

    /// <param name="baseUrl">Where both providers are.</param>
    /// <param name="key">The virtual key.</param>
    public static GatewayConfiguration Create(string baseUrl, string key)
    {
        var errors = new ConfigurationErrors();
        var secrets = new SecretReader(static _ => null, new WatchedFiles());
        var configuration = new GatewayConfigurationBuilder(errors, secrets, isDefault: false).Build(OptionsOf(baseUrl, key));
        return errors.Any ? throw new ConfigurationException(errors.All) : configuration;
    }

    private static GatewayOptions OptionsOf(string baseUrl, string key) => new()
    {
        Providers = new Dictionary<string, ProviderOptions> { ["openai"] = ProviderOf("OpenAI", baseUrl), ["anthropic"] = ProviderOf("Anthropic", baseUrl) },
        VirtualKeys =
        [
            new VirtualKeyOptions
            {
                Name = "rehearsal",
                Value = key,
                Models = ["*"],
                Budget = new BudgetOptions { Usd = 1000 },
                Limits = new LimitOptions { RequestsPerMinute = Plenty, TokensPerMinute = Plenty, MaxConcurrent = 100 },
            },
        ],
        Limits = new Dictionary<string, LimitOptions> { ["openai"] = new() { RequestsPerMinute = Plenty }, ["anthropic"] = new() { RequestsPerMinute = Plenty } },
        Prices = [PriceOf("openai/*"), PriceOf("anthropic/*")],
        AccessLog = new AccessLogOptions { Target = LogTarget.File, Path = "nobody writes it" },
    };

    private static ProviderOptions ProviderOf(string kind, string baseUrl) =>
        new() { Kind = kind, BaseUrl = baseUrl, Credentials = [new CredentialOptions { Value = "rehearsal" }] };

    private static PriceOptions PriceOf(string models) => new() { Model = models, Input = 1, Output = 1, MaxOutputTokens = 1000 };
}
