using System.Buffers;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Commands;

/// <summary><c>keys new --name NAME</c></summary>
internal static class KeysNewCommand
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static int Run(string name)
    {
        if (name.Length is 0 or > 64 || name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new ConfigurationException([new ConfigurationError("--name", "a name has 1 to 64 of the characters a-z, 0-9 and '-'.")]);
        }

        var key = VirtualKeySecret.New();
        Console.WriteLine($"""
            Virtual key (shown this once; give it to whoever will call the gateway):

              {key}

            Entry for Gateway:VirtualKeys (it holds only the key's hash):

              {"{"} "Name": "{name}", "Sha256": "{KeyDigest.Of(key)}" {"}"}
            """);
        return 0;
    }
}
