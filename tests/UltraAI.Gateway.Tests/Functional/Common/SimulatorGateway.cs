using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Puts the simulated providers in the place of the raw ones.</summary>
internal static class SimulatorGateway
{
    /// <summary>The names of the four providers and what they are.</summary>
    public static readonly (string Kind, string Name)[] Providers =
        [("OpenAI", "openai"), ("Anthropic", "anthropic"), ("Google", "google"), ("HuggingFace", "huggingface")];

    /// <summary>Starts a gateway, with the admin API, in front of simulated providers.</summary>
    public static Task<GatewayEnvironment> StartAsync(ProviderSimulator simulator, Action<JsonObject> configure) => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        HasAdminToken = true,
        Configure = configuration =>
        {
            foreach (var (kind, name) in Providers)
            {
                var simulated = simulator.All.Single(provider => provider.Name == name);
                var provider = GatewayEnvironment.Provider(kind, name, simulated.BaseAddress.ToString());
                provider["Credentials"] = new JsonArray(new JsonObject { ["Value"] = simulated.Credential });
                configuration["Providers"]![name] = provider;
            }

            configure(configuration);
        },
    });
}
