using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace UltraAI.Gateway.Keys;

/// <summary>SHA-256 of a virtual key: the only form in which one is kept.</summary>
/// <remarks>Looking up a digest tells a client nothing about how close its guess was, so no constant-time comparison is needed.</remarks>
internal readonly record struct KeyDigest
{
    /// <summary>Longest key that is looked at, in characters.</summary>
    public const int MaxKeyLength = 4096;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    private KeyDigest(ReadOnlySpan<byte> digest)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(digest);
        (_a, _b, _c, _d) = (words[0], words[1], words[2], words[3]);
    }

    /// <param name="key">The key; callers have checked that it is no longer than <see cref="MaxKeyLength"/>.</param>
    public static KeyDigest Of(ReadOnlySpan<char> key)
    {
        Span<byte> bytes = stackalloc byte[512];
        if (key.Length * 3 > bytes.Length)
        {
            bytes = new byte[key.Length * 3];
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], digest);
        return new KeyDigest(digest);
    }

    public static bool TryParse(string hex, out KeyDigest digest)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        if (hex.Length == 2 * bytes.Length && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done)
        {
            digest = new KeyDigest(bytes);
            return true;
        }

        digest = default;
        return false;
    }

    public override int GetHashCode() => (int)_a;

    public override string ToString()
    {
        Span<ulong> words = [_a, _b, _c, _d];
        return Convert.ToHexStringLower(MemoryMarshal.AsBytes(words));
    }
}
