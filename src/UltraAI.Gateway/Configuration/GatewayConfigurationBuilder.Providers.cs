using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Configuration;

internal sealed partial class GatewayConfigurationBuilder
{
    private List<Provider> BuildProviders(GatewayOptions options)
    {
        var providers = new List<Provider>();
        foreach (var (name, provider) in options.Providers)
        {
            var path = $"Gateway:Providers:{name}";
            if (CheckName(name, path) && Reserved.Contains(name))
            {
                errors.Add(path, $"'{name}' is the gateway's own; choose another name.");
            }

            if (BuildProvider(name, provider, options.Transport, options.Limits.GetValueOrDefault(name), path) is { } built)
            {
                providers.Add(built);
            }
        }

        return providers;
    }

    private Provider? BuildProvider(string name, ProviderOptions options, TransportOptions transport, LimitOptions? limits, string path)
    {
        var kind = FindKind(options.Kind, path + ":Kind");
        var baseUrl = options.BaseUrl ?? kind?.DefaultBaseUrl;
        if (baseUrl is not null && !IsBaseUrl(baseUrl))
        {
            errors.Add(path + ":BaseUrl", "must be an absolute http or https URL without user, query and fragment.");
            baseUrl = null;
        }

        if (kind is not null && baseUrl is null && options.BaseUrl is null)
        {
            errors.Add(path + ":BaseUrl", $"is missing; {kind.Name} has no public address.");
        }

        if (options.MaxCallsPerOrigin is { } ownCalls)
        {
            Range(path + ":MaxCallsPerOrigin", ownCalls, 1, transport.MaxCallsPerOrigin);
        }

        if (options.MaxQueuedCallsPerOrigin is { } ownQueued)
        {
            Range(path + ":MaxQueuedCallsPerOrigin", ownQueued, 0, transport.MaxQueuedCallsPerOrigin);
        }

        if (!TryBuildCredential(name, options.Credentials ?? [], path + ":Credentials", out var credential) || kind is null || baseUrl is null)
        {
            return null;
        }

        return new Provider(name, kind, baseUrl, credential)
        {
            RequestUsage = options.RequestUsage,
            Limits = limits,
            OwnLimits = options.MaxCallsPerOrigin is null && options.MaxQueuedCallsPerOrigin is null
                ? null
                : new CallLimits(
                    options.MaxCallsPerOrigin ?? transport.MaxCallsPerOrigin,
                    options.MaxQueuedCallsPerOrigin ?? transport.MaxQueuedCallsPerOrigin),
        };
    }

    private ProviderKind? FindKind(string? name, string path)
    {
        if (name is not null && ProviderKinds.Find(name) is { } kind)
        {
            return kind;
        }

        errors.Add(path, $"must be one of {string.Join(", ", ProviderKinds.All.Select(known => known.Name))}.");
        return null;
    }

    private bool TryBuildCredential(string provider, IReadOnlyList<CredentialOptions> options, string path, out ProviderCredential? credential)
    {
        credential = null;
        if (options.Count > 1)
        {
            errors.Add(path, "several credentials for one provider are not yet supported by this version.");
        }

        for (var i = 0; i < options.Count; i++)
        {
            var item = $"{path}:{i}";
            CheckName(options[i].Name, item + ":Name");
            if (!HasExactlyOneSource(options[i], item, hasSha256: false))
            {
                return false;
            }

            if (secrets.Read(options[i], out var property, out var error) is { } secret)
            {
                credential = new ProviderCredential(options[i].Name, secret);
            }
            else if (isDefault && property == "Env")
            {
                _off.Add((provider, options[i].Env!));
                return false;
            }
            else
            {
                errors.Add($"{item}:{property}", error);
                return false;
            }
        }

        return true;
    }

    private bool HasExactlyOneSource(SecretOptions options, string path, bool hasSha256)
    {
        var count = (options.Value is null ? 0 : 1) + (options.Env is null ? 0 : 1) + (options.File is null ? 0 : 1) + (hasSha256 ? 1 : 0);
        if (count == 1)
        {
            return true;
        }

        var names = options is VirtualKeyOptions ? "Value, Env, File, Sha256" : "Value, Env, File";
        errors.Add(path, $"must have exactly one of {names}; it has {count}.");
        return false;
    }
}
