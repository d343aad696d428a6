namespace UltraAI.Gateway.Forwarding;

/// <summary>The request target as the client wrote it.</summary>
internal static class RawTarget
{
    /// <summary>Whether it is a path, with or without a query.</summary>
    public static bool IsPath(string target) => target.Length > 0 && target[0] == '/';

    /// <summary>Whether it may stand in a request line. Kestrel lets more through over HTTP/2.</summary>
    public static bool IsVisibleAscii(string target) => !target.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>Whether it may be forwarded.</summary>
    public static bool IsSound(string target) => IsPath(target) && IsVisibleAscii(target);
}
