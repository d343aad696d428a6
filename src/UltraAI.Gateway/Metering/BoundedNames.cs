using System.Collections.Concurrent;

namespace UltraAI.Gateway.Metering;

/// <summary>The first so many names that come (of unproven ones, half as many), and <c>other</c> for all further ones: rows and labels stay bounded whatever clients send.</summary>
internal sealed class BoundedNames(int capacity)
{
    public const string Other = "other";

    private const int MaxLength = 256;

    private readonly ConcurrentDictionary<string, bool> _names = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    private int _count;

    /// <param name="name">The name.</param>
    /// <param name="isProven">Whether more than a client says that it is one. Names of which nobody knows take half of the places at most.</param>
    public string Admit(string name, bool isProven = true)
    {
        if (_names.ContainsKey(name))
        {
            return name;
        }

        if (name.Length > MaxLength)
        {
            return Other;
        }

        lock (_adding)
        {
            if (_count >= (isProven ? capacity : capacity / 2))
            {
                return _names.ContainsKey(name) ? name : Other;
            }

            _count += _names.TryAdd(name, true) ? 1 : 0;
            return name;
        }
    }
}
