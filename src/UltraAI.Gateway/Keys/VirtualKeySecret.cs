using System.Buffers.Text;
using System.Security.Cryptography;

namespace UltraAI.Gateway.Keys;

/// <summary>Makes the secret of a virtual key.</summary>
internal static class VirtualKeySecret
{
    /// <summary>What a fresh key begins with, so that scanners for leaked secrets can find it.</summary>
    public const string DefaultPrefix = "uag-";

    /// <returns>256 random bits, fit for a header field and for a URL.</returns>
    /// <param name="prefix">What it begins with: some SDKs look at that.</param>
    public static string New(string prefix = DefaultPrefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
