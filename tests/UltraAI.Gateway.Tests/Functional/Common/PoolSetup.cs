using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Gives the provider <c>openai</c> a pool.</summary>
internal static class PoolSetup
{
    public static string SecretOf(string credential) => $"canary-credential-{credential}-51d7e0";

    /// <summary>Which of the pool's credentials a request came with.</summary>
    public static string CredentialOf(RawRequest request) => request["Authorization"]!["Bearer canary-credential-".Length..].Split('-')[0];

    public static JsonObject WithCredentials(this JsonObject configuration, params string[] names)
    {
        configuration["Providers"]!["openai"]!["Credentials"] = new JsonArray([.. names.Select(name => new JsonObject { ["Name"] = name, ["Value"] = SecretOf(name) })]);
        return configuration;
    }

    /// <summary>The pool's credentials and how they are, by name.</summary>
    public static IEnumerable<(string Name, string State)> CredentialStates(this GatewayEnvironment gateway)
    {
        gateway.App.Services.GetRequiredService<IProviderSource>().Providers.TryGet("openai", out var provider);
        return gateway.App.Services.GetRequiredService<ProviderStates>().Read(provider!).Credentials.Select(credential => (credential.Name, credential.State.Name()));
    }

    /// <summary>Puts the upstreams of other providers behind it.</summary>
    public static JsonObject WithDestinations(this JsonObject configuration, params string[] providers)
    {
        var openai = configuration["Providers"]!["openai"]!.AsObject();
        var own = (string)openai["BaseUrl"]!;
        openai.Remove("BaseUrl");
        openai["Destinations"] = new JsonArray([.. providers.Select(name => JsonValue.Create(name == "openai" ? own : (string?)configuration["Providers"]![name]?["BaseUrl"] ?? name))]);
        return configuration;
    }
}
