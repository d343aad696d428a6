using System.Security.Cryptography;

namespace UltraAI.Gateway.Keys;

/// <summary>Reads files and remembers what was in them, so that any later change can be noticed, one between two reads included.</summary>
internal sealed class WatchedFiles
{
    private const string Unreadable = "";

    private readonly Dictionary<string, string> _seen = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Paths => _seen.Keys;

    /// <exception cref="IOException">And the others of <see cref="File.ReadAllBytes"/>; the file is watched all the same.</exception>
    public byte[] Read(string path)
    {
        _seen[path] = Unreadable;
        var content = File.ReadAllBytes(path);
        _seen[path] = Hash(content);
        return content;
    }

    /// <summary>Whether a file has other content than when it was read, has come, or has gone.</summary>
    public bool HaveChanged()
    {
        foreach (var (path, seen) in _seen)
        {
            if (Look(path) != seen)
            {
                return true;
            }
        }

        return false;
    }

    private static string Look(string path)
    {
        try
        {
            return Hash(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Unreadable;
        }
    }

    private static string Hash(byte[] content) => Convert.ToHexString(SHA256.HashData(content));
}
