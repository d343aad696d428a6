using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Transport;

/// <summary>One provider: <c>Gateway:Providers:NAME</c>. NAME is also the first segment of its route.</summary>
internal sealed record ProviderOptions
{
    /// <summary>The dialect that it speaks.</summary>
    /// <value><c>OpenAI</c>, <c>Anthropic</c>, <c>Google</c>, <c>HuggingFace</c> or <c>AzureOpenAI</c>.</value>
    public string? Kind { get; set; }

    /// <summary>Scheme, host, port and an optional path that every request target is put behind.</summary>
    /// <value>The default is the public address of its kind; AzureOpenAI has none.</value>
    public string? BaseUrl { get; set; }

    /// <summary>Several base URLs in place of <see cref="BaseUrl"/>: each call goes to the one that has the fewest.</summary>
    /// <value>1 to 64, all with the same path. The default is none.</value>
    public IReadOnlyList<string>? Destinations { get; set; }

    /// <summary>What the gateway presents to the provider.</summary>
    /// <value>The default is nothing: none is sent.</value>
    public IReadOnlyList<CredentialOptions>? Credentials { get; set; }

    /// <summary>Whether the gateway asks for the usage of chat streams which report it on request only (<c>stream_options.include_usage</c>).</summary>
    /// <remarks>Then it adds that to the request, asks for an unencoded response, and takes the extra last chunk out again.</remarks>
    /// <value>The default is <c>WhenLimited</c>.</value>
    public UsageRequestMode RequestUsage { get; set; } = UsageRequestMode.WhenLimited;

    /// <summary>A lower limit for this provider than <c>Transport:MaxCallsPerOrigin</c>.</summary>
    /// <value>1 to <c>Transport:MaxCallsPerOrigin</c>. The default is that value.</value>
    public int? MaxCallsPerOrigin { get; set; }

    /// <summary>A lower limit for this provider than <c>Transport:MaxQueuedCallsPerOrigin</c>.</summary>
    /// <value>0 to <c>Transport:MaxQueuedCallsPerOrigin</c>. The default is that value.</value>
    public int? MaxQueuedCallsPerOrigin { get; set; }
}

/// <summary>When the gateway asks for the usage of a chat stream by itself.</summary>
internal enum UsageRequestMode
{
    /// <summary>Never: such streams are estimated, unless the client asks.</summary>
    Never,

    /// <summary>For virtual keys with a token limit or a budget.</summary>
    WhenLimited,

    /// <summary>For every virtual key.</summary>
    Always,
}
