using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;

namespace UltraAI.Gateway.Dashboard;

/// <summary>The pages, which are embedded in the program: there is no folder to look for. Read and compressed when the first is asked for.</summary>
internal sealed class PageFiles
{
    private const string Prefix = "Dashboard/";

    // What is shorter is hardly made shorter.
    private const int LeastCompressed = 512;

    private static readonly Dictionary<string, (string ContentType, bool IsText)> Types = new(StringComparer.Ordinal)
    {
        [".html"] = ("text/html; charset=utf-8", true),
        [".css"] = ("text/css; charset=utf-8", true),
        [".js"] = ("text/javascript; charset=utf-8", true),
        [".mjs"] = ("text/javascript; charset=utf-8", true),
        [".json"] = ("application/json", true),
        [".webmanifest"] = ("application/manifest+json", true),
        [".svg"] = ("image/svg+xml", true),
        [".txt"] = ("text/plain; charset=utf-8", true),
        [".png"] = ("image/png", false),
        [".ico"] = ("image/x-icon", false),
        [".woff2"] = ("font/woff2", false),
    };

    // Not on the thread of the request, which others share.
    private readonly Lazy<Task<FrozenDictionary<string, PageFile>>> _files = new(() => Task.Run(ReadAll));

    /// <summary>The file at a path below <c>/dashboard/</c>; a single name without an extension is a page's: <c>NAME.html</c>, else the first page.</summary>
    /// <returns>Null if there is none.</returns>
    public async ValueTask<PageFile?> FindAsync(string path)
    {
        var files = await _files.Value;
        return files.GetValueOrDefault(path)
            ?? (path.AsSpan().ContainsAny('.', '/') ? null : files.GetValueOrDefault(path + ".html") ?? files.GetValueOrDefault("index.html"));
    }

    private static FrozenDictionary<string, PageFile> ReadAll()
    {
        var files = new Dictionary<string, PageFile>(StringComparer.Ordinal);
        foreach (var name in typeof(PageFiles).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            // A build on Windows writes folders with '\'.
            files[name[Prefix.Length..].Replace('\\', '/')] = Read(name);
        }

        return files.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static PageFile Read(string name)
    {
        using var resource = typeof(PageFiles).Assembly.GetManifestResourceStream(name)!;
        using var content = new MemoryStream();
        resource.CopyTo(content);
        var bytes = content.ToArray();
        var (contentType, isText) = Types.GetValueOrDefault(Path.GetExtension(name), ("application/octet-stream", false));
        return new PageFile(contentType, Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12)), bytes, isText && bytes.Length >= LeastCompressed ? Compress(bytes) : null);
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }
}

/// <summary>One file of the pages.</summary>
/// <param name="ContentType">Its type.</param>
/// <param name="Hash">Names its content.</param>
/// <param name="Bytes">The content.</param>
/// <param name="Compressed">The content in gzip, which every browser takes over every kind of connection; null where it would not help.</param>
internal sealed record PageFile(string ContentType, string Hash, byte[] Bytes, byte[]? Compressed);
