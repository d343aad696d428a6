namespace UltraAI.Gateway.Transport;

/// <summary>Going on after a failure: <c>Gateway:Resilience</c>.</summary>
internal sealed record ResilienceOptions
{
    public const int DefaultReplayBufferBytes = 1024 * 1024;

    /// <summary>How long a request's body may be to be kept for another credential or destination, where there are several. One that is longer goes out once.</summary>
    /// <value>0 to 67,108,864 bytes. The default is 1,048,576.</value>
    public int ReplayBufferBytes { get; set; } = DefaultReplayBufferBytes;
}
