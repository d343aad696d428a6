using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace UltraAI.Gateway.Synthesis.Ordering;

/// <summary>A small fixed generator: the same seed gives the same numbers in every version and on every machine.</summary>
/// <remarks>
/// SplitMix64 of Steele, Lea and Flood (OOPSLA 2014), with the constants of https://prng.di.unimi.it/splitmix64.c. Not for secrets.
/// NOTE: <see cref="Random"/> with a seed is not promised to stay the same from one .NET to the next.
/// </remarks>
internal struct SplitMix64(ulong seed)
{
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private const ulong FirstMultiplier = 0xBF58476D1CE4E5B9;
    private const ulong SecondMultiplier = 0x94D049BB133111EB;

    private ulong _state = seed;

    /// <summary>A generator whose seed is a text: the first eight bytes of its SHA-256, big end first.</summary>
    public static SplitMix64 Of(string seed) => new(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(seed))));

    public ulong Next()
    {
        _state += Increment;
        var z = _state;
        z = (z ^ (z >> 30)) * FirstMultiplier;
        z = (z ^ (z >> 27)) * SecondMultiplier;
        return z ^ (z >> 31);
    }

    /// <returns>A number from 0 to below <paramref name="bound"/>. The bias, bound / 2⁶⁴, is far below what could be seen.</returns>
    public int Next(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <returns>A number from 0 to below 1, of 53 bits.</returns>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));
}
