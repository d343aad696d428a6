using System.Text;

namespace UltraAI.Gateway.Simulator.Content;

/// <summary>FNV-1a, 64 bits: the seed of everything a model says.</summary>
internal static class Fnv
{
    public static ulong Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));

    public static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 1099511628211UL;
        }

        return hash;
    }
}
