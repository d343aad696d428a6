using System.Collections.Frozen;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Configuration;

internal sealed partial class GatewayConfigurationBuilder
{
    private Dictionary<KeyDigest, VirtualKey> BuildVirtualKeys(IReadOnlyList<VirtualKeyOptions> options, IEnumerable<string> providers)
    {
        var known = providers.ToHashSet(StringComparer.Ordinal);
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

            var key = BuildVirtualKey(options[i], name ?? "", path, known);
            if (TryReadDigest(options[i], path, out var digest) && !keys.TryAdd(digest, key))
            {
                errors.Add(path, $"has the same secret as key '{keys[digest].Name}'.");
            }
        }

        if (options.Count == 0)
        {
            errors.Add("Gateway:VirtualKeys", "has no key, so nobody could call the gateway; 'keys new --name NAME' makes one.");
        }

        return keys;
    }

    private VirtualKey BuildVirtualKey(VirtualKeyOptions options, string name, string path, HashSet<string> knownProviders)
    {
        for (var i = 0; i < (options.Providers?.Count ?? 0); i++)
        {
            if (!knownProviders.Contains(options.Providers![i]))
            {
                errors.Add($"{path}:Providers:{i}", $"there is no provider '{options.Providers[i]}' under Gateway:Providers.");
            }
        }

        CheckLimits(options.Limits, path + ":Limits");
        if (options.Budget is { } budget)
        {
            Report(LimitRules.Faults(budget), path + ":Budget");
        }

        return new VirtualKey
        {
            Name = name,
            Enabled = options.Enabled,
            ExpiresAt = options.ExpiresAt,
            Providers = options.Providers?.ToFrozenSet(StringComparer.Ordinal),
            Endpoints = options.Endpoints is { } endpoints ? Patterns(endpoints, path + ":Endpoints") : null,
            Limits = options.Limits,
            Budget = options.Budget,
            AllowUnmeteredWebSockets = options.AllowUnmeteredWebSockets,
            AllowedNetworks = options.AllowedNetworks is { } networks ? Networks(networks, path + ":AllowedNetworks") : null,
        };
    }

    private List<EndpointPattern> Patterns(IReadOnlyList<string> texts, string path)
    {
        var patterns = new List<EndpointPattern>();
        for (var i = 0; i < texts.Count; i++)
        {
            if (EndpointPattern.TryParse(texts[i], out var pattern, out var error))
            {
                patterns.Add(pattern);
            }
            else
            {
                errors.Add($"{path}:{i}", error);
            }
        }

        return patterns;
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
