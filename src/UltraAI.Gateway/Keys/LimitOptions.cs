namespace UltraAI.Gateway.Keys;

/// <summary>How much may be used at once and over time: of a virtual key, or of a provider by all keys together.</summary>
/// <remarks>Token buckets: over any span of t seconds no more than <c>burst + rate × t</c> are admitted. What is left out is not limited.</remarks>
internal sealed record LimitOptions
{
    /// <summary>Admitted requests per minute.</summary>
    public long? RequestsPerMinute { get; set; }

    /// <summary>How many requests may come at once after a pause.</summary>
    /// <value>The default is <see cref="RequestsPerMinute"/>.</value>
    public long? RequestBurst { get; set; }

    /// <summary>LLM tokens per minute, input and output.</summary>
    public long? TokensPerMinute { get; set; }

    /// <summary>How many LLM tokens may be used at once after a pause.</summary>
    /// <value>The default is <see cref="TokensPerMinute"/>.</value>
    public long? TokenBurst { get; set; }

    /// <summary>Calls that may run at the same time.</summary>
    public int? MaxConcurrent { get; set; }
}
