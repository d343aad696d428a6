using System.Net;

namespace UltraAI.Gateway.Keys;

/// <summary>Who may look at metrics and provider health, and where: <c>Gateway:Admin</c>.</summary>
internal sealed record AdminOptions
{
    /// <summary>The name of an environment variable that holds the admin token.</summary>
    public string? TokenEnv { get; set; }

    /// <summary>The path of a file that holds the admin token; read again when its content changes.</summary>
    public string? TokenFile { get; set; }

    /// <summary>Networks whose clients need no token for <c>/metrics</c> and <c>/health/providers</c>, in CIDR notation.</summary>
    /// <value>The default is loopback: <c>127.0.0.0/8</c> and <c>::1/128</c>.</value>
    public IReadOnlyList<string>? AllowedNetworks { get; set; }

    /// <summary>A port on which operators have a listener of their own, on the hosts of the main addresses: <c>/admin</c>, <c>/dashboard</c>, <c>/metrics</c> and <c>/health/providers</c> are there and nowhere else, the last two for whoever reaches it. Read at start only.</summary>
    /// <value>1 to 65535. The default is none: they are where everything is.</value>
    public int? Port { get; set; }
}

/// <summary>The admin token, as its digest, and the networks that need none.</summary>
internal sealed class AdminAccess(KeyDigest? token, IReadOnlyList<IPNetwork> allowedNetworks)
{
    private const string BearerPrefix = "Bearer ";

    public IReadOnlyList<IPNetwork> AllowedNetworks { get; } = allowedNetworks;

    public bool HasToken => token is not null;

    /// <summary>Whether <c>Authorization</c> carries the admin token.</summary>
    public bool Accepts(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return IsToken(authorization.AsSpan(BearerPrefix.Length).Trim());
    }

    /// <summary>Whether this is the admin token.</summary>
    /// <remarks>Digests are compared, so the time tells nothing about the token.</remarks>
    public bool IsToken(ReadOnlySpan<char> presented) =>
        token is { } expected && presented.Length is > 0 and <= KeyDigest.MaxKeyLength && KeyDigest.Of(presented) == expected;

    /// <summary>Whether what was shown to the other would still be right here.</summary>
    public bool HasSameTokenAs(AdminAccess other) => token is not null && token == other.Token;

    private KeyDigest? Token => token;
}

/// <summary>The admin access that is in force now.</summary>
internal interface IAdminAccessSource
{
    AdminAccess Admin { get; }
}
