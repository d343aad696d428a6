using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Configuration;

internal sealed partial class GatewayConfigurationBuilder
{
    private Dictionary<KeyDigest, VirtualKey> BuildVirtualKeys(IReadOnlyList<VirtualKeyOptions> options, IReadOnlyDictionary<string, ProviderOptions> providers, AdminAccess admin)
    {
        var known = providers.ToDictionary(
            provider => provider.Key,
            IReadOnlyCollection<string> (provider) => [.. (provider.Value.Credentials ?? []).Select(credential => credential.Name)],
            StringComparer.Ordinal);
        var keys = new Dictionary<KeyDigest, VirtualKey>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Count; i++)
        {
            var path = $"Gateway:VirtualKeys:{i}";
            var name = options[i].Name;
            if (name is null)
            {
                errors.Add(path + ":Name", "is missing.");
            }
            else if (CheckName(name, path + ":Name") && !names.Add(name))
            {
                errors.Add(path + ":Name", $"'{name}' is the name of an earlier key too.");
            }

            var key = new VirtualKeyBuilder(known, (property, message) => errors.Add($"{path}:{property}", message)).Build(name ?? "", options[i]);
            if (TryReadDigest(options[i], path, out var digest) && !keys.TryAdd(digest, key))
            {
                errors.Add(path, $"has the same secret as key '{keys[digest].Name}'.");
            }
        }

        if (options.Count == 0 && !admin.HasToken)
        {
            errors.Add("Gateway:VirtualKeys", "has no key, so nobody could call the gateway; 'keys new --name NAME' makes one. With an admin token (Gateway:Admin:TokenEnv) keys can be made at run time instead.");
        }

        return keys;
    }

    private bool TryReadDigest(VirtualKeyOptions options, string path, out KeyDigest digest)
    {
        digest = default;
        if (!HasExactlyOneSource(options, path, options.Sha256 is not null))
        {
            return false;
        }

        if (options.Sha256 is { } hex)
        {
            if (KeyDigest.TryParse(hex, out digest))
            {
                return true;
            }

            errors.Add(path + ":Sha256", "must be 64 hexadecimal digits, as 'keys new' prints them.");
            return false;
        }

        if (secrets.Read(options, out var property, out var error) is { } secret)
        {
            digest = KeyDigest.Of(secret);
            return true;
        }

        errors.Add($"{path}:{property}", isDefault && options.Env == DefaultConfiguration.KeyVariable
            ? $"without --config, {DefaultConfiguration.KeyVariable} must hold the virtual key that clients will use; 'keys new --name NAME' makes one."
            : error);
        return false;
    }
}
