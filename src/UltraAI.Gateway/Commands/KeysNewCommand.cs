using System.Buffers;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Commands;

/// <summary><c>keys new --name NAME</c></summary>
internal static class KeysNewCommand
{
    private static readonly SearchValues<char> PrefixCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static int Run(string name, string prefix)
    {
        if (name.Length is 0 or > 64 || name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new ConfigurationException([new ConfigurationError("--name", "a name has 1 to 64 of the characters a-z, 0-9 and '-'.")]);
        }

        if (prefix.Length > 16 || prefix.AsSpan().ContainsAnyExcept(PrefixCharacters))
        {
            throw new ConfigurationException([new ConfigurationError("--prefix", "a prefix has at most 16 of the characters a-z, A-Z, 0-9, '-' and '_'.")]);
        }

        var key = VirtualKeySecret.New(prefix);
        Console.WriteLine($"""
            Virtual key (shown this once; give it to whoever will call the gateway):

              {key}

            Entry for Gateway:VirtualKeys (it holds only the key's hash):

              {"{"} "Name": "{name}", "Sha256": "{KeyDigest.Of(key)}" {"}"}
            """);
        return 0;
    }
}
