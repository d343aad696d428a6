using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Turns absolute URLs of a provider into ones that come back through the gateway.</summary>
internal sealed class LinkRewriter(IForwardingSettingsSource settings)
{
    /// <summary>Fields that SDKs follow.</summary>
    public static bool IsLink(string name) => name.Length switch
    {
        8 => name.Equals("Location", StringComparison.OrdinalIgnoreCase),
        16 => name.Equals("Content-Location", StringComparison.OrdinalIgnoreCase),
        18 => name.Equals("Operation-Location", StringComparison.OrdinalIgnoreCase),
        _ => false,
    } || ((name[0] | 0x20) == 'x' && name.StartsWith("X-Goog-Upload-", StringComparison.OrdinalIgnoreCase) && name.EndsWith("URL", StringComparison.OrdinalIgnoreCase));

    /// <returns>The new URL, or null if <paramref name="url"/> is not one of the provider's.</returns>
    public string? Rewrite(HttpContext context, Provider provider, string url)
    {
        foreach (var destination in provider.Destinations)
        {
            var end = destination.BaseUrl.Length;
            if (url.StartsWith(destination.BaseUrl, StringComparison.OrdinalIgnoreCase) && (url.Length == end || url[end] is '/' or '?' or '#'))
            {
                return string.Concat(PublicBase(context), provider.RoutePrefix, url.AsSpan(end));
            }
        }

        return null;
    }

    private string PublicBase(HttpContext context) =>
        settings.Forwarding.PublicUrl ?? $"{context.Request.Scheme}://{context.Request.Host.Value}";
}
