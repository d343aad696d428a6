using System.Net;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Metering.Content;
using UltraAI.Gateway.Telemetry;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Configuration;

/// <summary>Checks options against each other, fetches the secrets, and makes what the features use.</summary>
/// <param name="errors">Where faults go; building goes on after each.</param>
/// <param name="secrets">Where secrets come from.</param>
/// <param name="isDefault">True for the built-in configuration, whose credentials may be missing.</param>
internal sealed partial class GatewayConfigurationBuilder(ConfigurationErrors errors, SecretReader secrets, bool isDefault)
{
    private static readonly string[] Reserved = ["ultra", "admin", "dashboard", "health", "metrics", "openapi"];
    private static readonly IPNetwork[] Loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    private readonly List<(string, string)> _off = [];

    public GatewayConfiguration Build(GatewayOptions options)
    {
        CheckTransport(options.Transport);
        Range("Gateway:Resilience:ReplayBufferBytes", options.Resilience.ReplayBufferBytes, 0, MostReplayBytes);
        CheckDrain(options.Drain);
        CheckInspection(options.Inspection);
        CheckLog("Gateway:AccessLog", options.AccessLog.Target, options.AccessLog.Path);
        CheckContentLog(options.ContentLog);
        CheckLimits(options.Limits, options.Providers.Keys);
        var providers = BuildProviders(options);
        var admin = BuildAdmin(options.Admin);
        var keys = BuildVirtualKeys(options.VirtualKeys, options.Providers, admin);
        var prices = BuildPrices(options);
        return new GatewayConfiguration
        {
            Providers = new ProviderTable(providers),
            VirtualKeys = new VirtualKeyTable(keys),
            Prices = prices,
            Ultra = BuildUltra(options, providers, prices),
            Admin = admin,
            AdminPort = options.Admin.Port,
            Forwarding = new ForwardingSettings(
                Networks(options.TrustedProxies, "Gateway:TrustedProxies"),
                PublicUrl(options.PublicUrl),
                options.Inspection),
            Transport = options.Transport,
            Store = BuildStore(options.Store),
            AccessLog = options.AccessLog,
            ContentLog = options.ContentLog,
            Drain = options.Drain,
            Rehearsal = options.Rehearsal,
            Off = _off,
        };
    }

    private void CheckTransport(TransportOptions transport)
    {
        const string Path = "Gateway:Transport:";
        Range(Path + nameof(transport.Timeout), transport.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Range(Path + nameof(transport.PooledConnectionLifetime), transport.PooledConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Range(Path + nameof(transport.PooledConnectionIdleTimeout), transport.PooledConnectionIdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Range(Path + nameof(transport.WebSocketIdleTimeout), transport.WebSocketIdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Range(Path + nameof(transport.MaxCallsPerOrigin), transport.MaxCallsPerOrigin, 1, 100_000);
        Range(Path + nameof(transport.MaxQueuedCallsPerOrigin), transport.MaxQueuedCallsPerOrigin, 0, 100_000);
        if (transport.HttpVersion is not ("1.1" or "2"))
        {
            errors.Add(Path + nameof(transport.HttpVersion), "must be \"1.1\" or \"2\".");
        }

        if (transport.Proxy is { } proxy && !(Uri.TryCreate(proxy, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp))
        {
            errors.Add(Path + nameof(transport.Proxy), "must be http://[user:password@]host:port.");
        }

        if (transport.TrustedCertificates is { } file)
        {
            CheckCertificates(file, Path + nameof(transport.TrustedCertificates));
        }
    }

    private void CheckCertificates(string file, string path)
    {
        try
        {
            var authorities = new System.Security.Cryptography.X509Certificates.X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            if (authorities.Count == 0)
            {
                errors.Add(path, $"file '{file}' holds no PEM certificate.");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            errors.Add(path, $"file '{file}' can't be read as PEM certificates: {exception.Message}");
        }
    }

    private void CheckDrain(DrainOptions drain)
    {
        Range("Gateway:Drain:Delay", drain.Delay, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Range("Gateway:Drain:Timeout", drain.Timeout, TimeSpan.Zero, TimeSpan.FromDays(1));
    }

    private void CheckLog(string path, LogTarget target, string? file)
    {
        if (target == LogTarget.File && string.IsNullOrWhiteSpace(file))
        {
            errors.Add(path + ":Path", "must name the file that the lines are appended to.");
        }
    }

    private void CheckContentLog(ContentLogOptions content)
    {
        CheckLog("Gateway:ContentLog", content.Target, content.Path);
        Range("Gateway:ContentLog:SampleRatio", content.SampleRatio, 0, 1);
        Range("Gateway:ContentLog:MaxBytes", content.MaxBytes, 256, 262_144);
    }

    private AdminAccess BuildAdmin(AdminOptions admin)
    {
        Range("Gateway:Admin:Port", admin.Port ?? 1, 1, 65_535);
        KeyDigest? token = null;
        if (admin is { TokenEnv: not null, TokenFile: not null })
        {
            errors.Add("Gateway:Admin:TokenFile", "stands beside TokenEnv; only one of them can be used.");
        }
        else if (admin.TokenEnv is not null || admin.TokenFile is not null)
        {
            var options = new CredentialOptions { Env = admin.TokenEnv, File = admin.TokenFile };
            if (secrets.Read(options, out var property, out var error) is { } secret)
            {
                token = KeyDigest.Of(secret);
            }
            else
            {
                errors.Add($"Gateway:Admin:Token{property}", error);
            }
        }

        return new AdminAccess(token, admin.AllowedNetworks is { } networks ? Networks(networks, "Gateway:Admin:AllowedNetworks") : Loopback);
    }

    private string? PublicUrl(string? url)
    {
        if (url is null)
        {
            return null;
        }

        if (!IsBaseUrl(url))
        {
            errors.Add("Gateway:PublicUrl", "must be an absolute http or https URL without query, such as https://gateway.example.com.");
        }

        return url.TrimEnd('/');
    }

    private List<IPNetwork> Networks(IReadOnlyList<string> texts, string path)
    {
        var networks = new List<IPNetwork>();
        for (var i = 0; i < texts.Count; i++)
        {
            if (IPNetwork.TryParse(texts[i], out var network))
            {
                networks.Add(network);
            }
            else
            {
                errors.Add($"{path}:{i}", $"'{texts[i]}' is not a network in CIDR notation, such as 10.0.0.0/8.");
            }
        }

        return networks;
    }

    private void Range<T>(string path, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            errors.Add(path, $"is {value}; it must be between {least} and {most}.");
        }
    }

    private bool CheckName(string name, string path)
    {
        if (VirtualKeyBuilder.IsName(name))
        {
            return true;
        }

        errors.Add(path, VirtualKeyBuilder.NameRule);
        return false;
    }

    private static bool IsBaseUrl(string url) =>
        !url.AsSpan().ContainsAnyExceptInRange('!', '~')
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.Query.Length == 0 && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0;
}
