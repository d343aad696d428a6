namespace UltraAI.Gateway.Providers;

/// <summary>What one call used, in LLM tokens, in the same terms for all providers.</summary>
/// <remarks>
/// <see cref="Input"/> includes everything that was read: <see cref="CachedInput"/>, the cache writes, <see cref="AudioInput"/>.
/// <see cref="Output"/> includes everything that was written: <see cref="Reasoning"/> (thinking), <see cref="AudioOutput"/>, <see cref="ImageOutput"/>.
/// </remarks>
internal readonly record struct TokenUsage
{
    public long Input { get; init; }

    /// <summary>Of the input: read from the provider's cache.</summary>
    public long CachedInput { get; init; }

    /// <summary>Of the input: written to the provider's cache for five minutes (Anthropic).</summary>
    public long CacheWrite5m { get; init; }

    /// <summary>Of the input: written to the provider's cache for an hour (Anthropic).</summary>
    public long CacheWrite1h { get; init; }

    /// <summary>Of the input: audio; without what was read from the cache, where the provider tells it.</summary>
    public long AudioInput { get; init; }

    public long Output { get; init; }

    /// <summary>Of the output: thinking that is not shown.</summary>
    public long Reasoning { get; init; }

    /// <summary>Of the output: audio.</summary>
    public long AudioOutput { get; init; }

    /// <summary>Of the output: images.</summary>
    public long ImageOutput { get; init; }

    public long Total => Input + Output;
}
