using System.Text.Json.Nodes;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Configuration;

/// <summary>What is in force without a configuration file: the four providers with the variables of their own SDKs, and one virtual key.</summary>
internal static class DefaultConfiguration
{
    public const string KeyVariable = "ULTRAAI_KEY";
    public const string AdminTokenVariable = "ULTRAAI_ADMIN_TOKEN";

    public static JsonObject Create(Func<string, string?> environment)
    {
        var providers = JsonFile.NewObject();
        foreach (var kind in ProviderKinds.All.Where(kind => kind.DefaultBaseUrl is not null))
        {
            providers[kind.Name.ToLowerInvariant()] = new JsonObject
            {
                ["Kind"] = kind.Name,
                ["Credentials"] = new JsonArray(new JsonObject { ["Name"] = "main", ["Env"] = kind.CredentialVariable }),
            };
        }

        var gateway = JsonFile.NewObject();
        gateway["Providers"] = providers;
        gateway["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "default", ["Env"] = KeyVariable });
        if (!string.IsNullOrEmpty(environment(AdminTokenVariable)))
        {
            gateway["Admin"] = new JsonObject { ["TokenEnv"] = AdminTokenVariable };
        }

        var root = JsonFile.NewObject();
        root["Gateway"] = gateway;
        return root;
    }
}
