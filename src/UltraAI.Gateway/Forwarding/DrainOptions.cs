namespace UltraAI.Gateway.Forwarding;

/// <summary>How the gateway ends: <c>Gateway:Drain</c>.</summary>
internal sealed record DrainOptions
{
    /// <summary>How long the gateway still takes requests after <c>/health/ready</c> has turned to 503, so that load balancers notice.</summary>
    /// <value>0 to 10 minutes. The default is 5 seconds.</value>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long running requests, streams and WebSockets may go on after that.</summary>
    /// <value>0 to 1 day. The default is 30 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
