using System.Buffers.Text;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Media types by the ends of names, and data URLs.</summary>
internal static class MediaTypes
{
    public const string Pdf = "application/pdf";
    public const string PlainText = "text/plain";

    /// <summary>The media type that a name or a URL's path ends in; null if it is none of the usual ones.</summary>
    public static string? FromName(string? name)
    {
        if (name is null)
        {
            return null;
        }

        var end = name.AsSpan().IndexOfAny('?', '#');
        var path = end < 0 ? name.AsSpan() : name.AsSpan(0, end);
        var dot = path.LastIndexOf('.');
        return dot < 0 ? null : path[(dot + 1)..] switch
        {
            var x when Is(x, "png") => "image/png",
            var x when Is(x, "jpg") || Is(x, "jpeg") => "image/jpeg",
            var x when Is(x, "gif") => "image/gif",
            var x when Is(x, "webp") => "image/webp",
            var x when Is(x, "pdf") => Pdf,
            var x when Is(x, "txt") || Is(x, "md") => PlainText,
            _ => null,
        };

        static bool Is(ReadOnlySpan<char> end, string extension) => end.Equals(extension, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Takes apart <c>data:TYPE;base64,DATA</c>.</summary>
    /// <remarks>https://www.rfc-editor.org/rfc/rfc2397</remarks>
    public static bool TryReadDataUrl(string url, out string mediaType, out string data)
    {
        const string Scheme = "data:";
        mediaType = data = "";
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var head = url.AsSpan(Scheme.Length, comma - Scheme.Length);
        if (!head.EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var semicolon = head.IndexOf(';');
        mediaType = head[..semicolon].ToString().ToLowerInvariant();
        data = url[(comma + 1)..];
        return data.Length > 0 && Base64.IsValid(data);
    }

    public static string DataUrl(string? mediaType, string data) => $"data:{mediaType ?? "application/octet-stream"};base64,{data}";
}
