using System.Collections.Frozen;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Fields that belong to one connection, and are not passed on in either direction.</summary>
internal static class HopByHopFields
{
    // The same as YARP's own, which it keeps to itself:
    // https://github.com/dotnet/yarp/blob/main/src/ReverseProxy/Forwarder/RequestUtilities.cs
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
        [
            "Connection", "Transfer-Encoding", "Keep-Alive", "Upgrade", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info",
            "Proxy-Authorization", "Proxy-Features", "Proxy-Instruction", "Security-Scheme", "ALPN", "Close", "HTTP2-Settings",
            "Upgrade-Insecure-Requests", "TE", "Alt-Svc",
        ],
        StringComparer.OrdinalIgnoreCase);

    public static bool Contains(string name) => Names.Contains(name);
}
