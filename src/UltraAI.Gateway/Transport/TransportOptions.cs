namespace UltraAI.Gateway.Transport;

/// <summary>The one shared transport. Read at start only.</summary>
internal sealed record TransportOptions
{
    /// <summary>The inactivity clock of every call to every provider: see <see cref="CallClock"/>.</summary>
    /// <value>100 milliseconds to 1 hour. The default is 45 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How many calls may run at one origin; over HTTP/1.1 also how many connections. A call holds its place to the end of its body or WebSocket.</summary>
    /// <value>1 to 100,000. The default is 512.</value>
    public int MaxCallsPerOrigin { get; set; } = 512;

    /// <summary>How many calls may wait for a place; one more is refused at once with <c>queue_full</c>.</summary>
    /// <value>0 to 100,000. The default is 1024.</value>
    public int MaxQueuedCallsPerOrigin { get; set; } = 1024;

    /// <summary>How long a connection is used before a new one takes its place, so that a change in DNS is noticed.</summary>
    /// <value>1 second to 1 day. The default is 5 minutes.</value>
    public TimeSpan PooledConnectionLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a connection without a call stays open.</summary>
    /// <value>1 second to 1 day. The default is 90 seconds.</value>
    public TimeSpan PooledConnectionIdleTimeout { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>The HTTP version to ask for: <c>2</c> is used where TLS agrees on it (ALPN), else 1.1.</summary>
    /// <value><c>1.1</c> or <c>2</c>. The default is <c>2</c>.</value>
    public string HttpVersion { get; set; } = "2";

    /// <summary>How long a WebSocket may be silent in both directions after its hand-shake.</summary>
    /// <value>1 second to 1 day. The default is 10 minutes.</value>
    public TimeSpan WebSocketIdleTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>An HTTP proxy that all calls to providers go through, as <c>http://[user:password@]host:port</c>.</summary>
    /// <value>The default is none; the proxy variables of the environment are not looked at.</value>
    public string? Proxy { get; set; }

    /// <summary>A PEM file of certificate authorities that are trusted beside the system's.</summary>
    /// <value>The default is none.</value>
    public string? TrustedCertificates { get; set; }
}
