using System.Net;

namespace UltraAI.Gateway.Keys;

/// <summary>Who may look at metrics and provider health: <c>Gateway:Admin</c>.</summary>
internal sealed record AdminOptions
{
    /// <summary>The name of an environment variable that holds the admin token.</summary>
    public string? TokenEnv { get; set; }

    /// <summary>The path of a file that holds the admin token; read again when its content changes.</summary>
    public string? TokenFile { get; set; }

    /// <summary>Networks whose clients need no token for <c>/metrics</c> and <c>/health/providers</c>, in CIDR notation.</summary>
    /// <value>The default is loopback: <c>127.0.0.0/8</c> and <c>::1/128</c>.</value>
    public IReadOnlyList<string>? AllowedNetworks { get; set; }
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
        if (token is not { } expected || authorization is null || !authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        // Digests are compared, so the time tells nothing about the token.
        var presented = authorization.AsSpan(BearerPrefix.Length).Trim();
        return presented.Length <= KeyDigest.MaxKeyLength && KeyDigest.Of(presented) == expected;
    }
}

/// <summary>The admin access that is in force now.</summary>
internal interface IAdminAccessSource
{
    AdminAccess Admin { get; }
}
