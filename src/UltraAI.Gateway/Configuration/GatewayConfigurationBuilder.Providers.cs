using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Configuration;

internal sealed partial class GatewayConfigurationBuilder
{
    private const int MaxWeight = 1000;
    private const int MostReplayBytes = 64 * 1024 * 1024;

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

            if (BuildProvider(name, provider, options, path) is { } built)
            {
                providers.Add(built);
            }
        }

        return providers;
    }

    private Provider? BuildProvider(string name, ProviderOptions options, GatewayOptions all, string path)
    {
        var transport = all.Transport;
        var kind = FindKind(options.Kind, path + ":Kind");
        var baseUrls = BaseUrlsOf(options, kind, path);
        if (options.MaxCallsPerOrigin is { } ownCalls)
        {
            Range(path + ":MaxCallsPerOrigin", ownCalls, 1, transport.MaxCallsPerOrigin);
        }

        if (options.MaxQueuedCallsPerOrigin is { } ownQueued)
        {
            Range(path + ":MaxQueuedCallsPerOrigin", ownQueued, 0, transport.MaxQueuedCallsPerOrigin);
        }

        if (BuildCredentials(name, options.Credentials ?? [], path + ":Credentials") is not { } credentials || kind is null || baseUrls.Count == 0)
        {
            return null;
        }

        return new Provider(name, kind, baseUrls, credentials)
        {
            RequestUsage = options.RequestUsage,
            Limits = all.Limits.GetValueOrDefault(name),
            ReplayBufferBytes = all.Resilience.ReplayBufferBytes,
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

    private List<string> BaseUrlsOf(ProviderOptions options, ProviderKind? kind, string path)
    {
        if (options.Destinations is { } destinations)
        {
            if (options.BaseUrl is not null)
            {
                errors.Add(path + ":Destinations", "stands beside BaseUrl; only one of them can be used.");
            }

            return CheckDestinations(destinations, path + ":Destinations");
        }

        var baseUrl = options.BaseUrl ?? kind?.DefaultBaseUrl;
        if (baseUrl is null)
        {
            if (kind is not null)
            {
                errors.Add(path + ":BaseUrl", $"is missing; {kind.Name} has no public address.");
            }

            return [];
        }

        if (!IsBaseUrl(baseUrl))
        {
            errors.Add(path + ":BaseUrl", "must be an absolute http or https URL without user, query and fragment.");
            return [];
        }

        return [baseUrl];
    }

    private List<string> CheckDestinations(IReadOnlyList<string> urls, string path)
    {
        if (urls.Count is 0 or > ProviderPool.MaxSize)
        {
            errors.Add(path, $"has {urls.Count} URLs; it must have 1 to {ProviderPool.MaxSize}.");
        }

        var valid = new List<string>();
        var seen = new List<Uri>();
        for (var i = 0; i < urls.Count; i++)
        {
            if (!IsBaseUrl(urls[i]))
            {
                errors.Add($"{path}:{i}", "must be an absolute http or https URL without user, query and fragment.");
                continue;
            }

            var uri = new Uri(urls[i]);
            if (seen.Exists(other => other.Authority == uri.Authority))
            {
                errors.Add($"{path}:{i}", $"has the host and port of an earlier one, '{uri.Authority}'.");
            }
            else if (seen.Count > 0 && seen[0].AbsolutePath.TrimEnd('/') != uri.AbsolutePath.TrimEnd('/'))
            {
                errors.Add($"{path}:{i}", "has another path than the first one; the endpoints that a key may use are told by it.");
            }

            seen.Add(uri);
            valid.Add(urls[i]);
        }

        return valid;
    }

    /// <returns>Null where one is missing.</returns>
    private List<ProviderCredential>? BuildCredentials(string provider, IReadOnlyList<CredentialOptions> options, string path)
    {
        if (options.Count > ProviderPool.MaxSize)
        {
            errors.Add(path, $"has {options.Count} credentials; at most {ProviderPool.MaxSize} can be used.");
        }

        var credentials = new List<ProviderCredential>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var isWhole = true;
        for (var i = 0; i < options.Count; i++)
        {
            var item = $"{path}:{i}";
            Range(item + ":Weight", options[i].Weight, 1, MaxWeight);
            if (CheckName(options[i].Name, item + ":Name") && !names.Add(options[i].Name))
            {
                errors.Add(item + ":Name", $"'{options[i].Name}' is the name of an earlier credential too.");
            }

            if (!HasExactlyOneSource(options[i], item, hasSha256: false))
            {
                isWhole = false;
            }
            else if (secrets.Read(options[i], out var property, out var error) is { } secret)
            {
                credentials.Add(new ProviderCredential(options[i].Name, secret) { Weight = options[i].Weight });
            }
            else if (isDefault && property == "Env")
            {
                _off.Add((provider, options[i].Env!));
                isWhole = false;
            }
            else
            {
                errors.Add($"{item}:{property}", error);
                isWhole = false;
            }
        }

        return isWhole ? credentials : null;
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
