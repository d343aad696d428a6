namespace UltraAI.Gateway.Compare.Targets;

/// <summary>What is measured.</summary>
internal static class TargetNames
{
    /// <summary>The gateway with everything on: models, limits, budget, prices, usage, access log; embedded store.</summary>
    public const string Gateway = "gateway";

    /// <summary>The gateway with a virtual key and nothing else.</summary>
    public const string GatewayOff = "gateway-off";

    /// <summary>As <see cref="Gateway"/>, with Redis.</summary>
    public const string GatewayRedis = "gateway-redis";

    public const string Yarp = "yarp";

    public const string Nginx = "nginx";

    /// <summary>nginx that knows keys, limits their rate and logs each request.</summary>
    public const string NginxGuard = "nginx-guard";

    public const string Haproxy = "haproxy";

    /// <summary>The upstream itself, to know what the others add.</summary>
    public const string Direct = "direct";

    /// <summary>Those that <c>--targets</c> chooses from. The variants with TLS belong to their scenario.</summary>
    public static readonly IReadOnlyList<string> Usual = [Gateway, GatewayOff, GatewayRedis, Yarp, Nginx, NginxGuard, Haproxy, Direct];
}
