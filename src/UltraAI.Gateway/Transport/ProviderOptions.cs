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

    /// <summary>What the gateway presents to the provider.</summary>
    /// <value>The default is nothing: none is sent.</value>
    public IReadOnlyList<CredentialOptions>? Credentials { get; set; }

    /// <summary>A lower limit for this provider than <c>Transport:MaxCallsPerOrigin</c>.</summary>
    /// <value>1 to <c>Transport:MaxCallsPerOrigin</c>. The default is that value.</value>
    public int? MaxCallsPerOrigin { get; set; }

    /// <summary>A lower limit for this provider than <c>Transport:MaxQueuedCallsPerOrigin</c>.</summary>
    /// <value>0 to <c>Transport:MaxQueuedCallsPerOrigin</c>. The default is that value.</value>
    public int? MaxQueuedCallsPerOrigin { get; set; }
}
