namespace UltraAI.Gateway.Prices;

/// <summary>What a model costs: an entry of <c>Gateway:Prices</c>. In US dollars per million tokens, with at most six decimals.</summary>
internal sealed record PriceOptions
{
    /// <summary>Which models: <c>PROVIDER/MODEL</c>, where <c>*</c> stands for any characters. Case does not matter. The match with the most characters other than <c>*</c> wins.</summary>
    public string? Model { get; set; }

    /// <summary>Input tokens. May be left out only where <see cref="PerRequest"/> is given.</summary>
    public decimal? Input { get; set; }

    /// <summary>Input tokens that were read from the provider's cache.</summary>
    /// <value>The default is <see cref="Input"/>.</value>
    public decimal? CachedInput { get; set; }

    /// <summary>Input tokens that were written to the provider's cache for five minutes.</summary>
    /// <value>The default is 1.25 × <see cref="Input"/>: https://platform.claude.com/docs/en/about-claude/pricing.</value>
    public decimal? CacheWrite5m { get; set; }

    /// <summary>Input tokens that were written to the provider's cache for an hour.</summary>
    /// <value>The default is 2 × <see cref="Input"/>: https://platform.claude.com/docs/en/about-claude/pricing.</value>
    public decimal? CacheWrite1h { get; set; }

    /// <summary>Output tokens, thinking included. Write 0 for a model whose output is free.</summary>
    /// <value>The default is <see cref="Input"/>, which suits models that have no output tokens, such as those of embeddings.</value>
    public decimal? Output { get; set; }

    /// <summary>Input tokens that are audio.</summary>
    /// <value>The default is <see cref="Input"/>.</value>
    public decimal? AudioInput { get; set; }

    /// <summary>Output tokens that are audio.</summary>
    /// <value>The default is <see cref="Output"/>.</value>
    public decimal? AudioOutput { get; set; }

    /// <summary>Output tokens that are images.</summary>
    /// <value>The default is <see cref="Output"/>.</value>
    public decimal? ImageOutput { get; set; }

    /// <summary>US dollars for each request, beside its tokens.</summary>
    /// <value>The default is 0.</value>
    public decimal? PerRequest { get; set; }

    /// <summary>The most output tokens that the model writes; what is reserved for a request that sets no maximum.</summary>
    /// <value>At least 1. The default is none.</value>
    public long? MaxOutputTokens { get; set; }
}
