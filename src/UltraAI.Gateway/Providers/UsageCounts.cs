namespace UltraAI.Gateway.Providers;

/// <summary>The numbers of a provider's usage object, in its own terms; null for those it did not give.</summary>
internal struct UsageCounts
{
    public long? Input { get; set; }

    public long? CachedInput { get; set; }

    public long? CacheWrite { get; set; }

    public long? CacheWrite5m { get; set; }

    public long? CacheWrite1h { get; set; }

    public long? AudioInput { get; set; }

    /// <summary>Of the audio: read from the cache (Google).</summary>
    public long? CachedAudio { get; set; }

    /// <summary>What tools gave the model to read (Google).</summary>
    public long? ToolInput { get; set; }

    public long? Output { get; set; }

    public long? Reasoning { get; set; }

    public long? AudioOutput { get; set; }

    public long? ImageOutput { get; set; }

    public long? Total { get; set; }

    /// <summary>Whether the provider says that it counts something else than tokens, such as seconds of sound.</summary>
    public bool IsWithoutTokens { get; set; }

    /// <summary>Whether this is a report at all: an empty object is none.</summary>
    public readonly bool IsReport => Input is not null || Output is not null || Total is not null || CachedInput is not null || CacheWrite is not null || IsWithoutTokens;
}
