using System.Collections.Concurrent;

namespace UltraAI.Gateway.Metering;

/// <summary>The first so many names that come, and <c>other</c> for all further ones: rows and labels stay bounded whatever clients send.</summary>
internal sealed class BoundedNames(int capacity)
{
    public const string Other = "other";

    private const int MaxLength = 256;

    private readonly ConcurrentDictionary<string, bool> _names = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    private int _count;

    public string Admit(string name)
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
            if (_count >= capacity)
            {
                return _names.ContainsKey(name) ? name : Other;
            }

            _count += _names.TryAdd(name, true) ? 1 : 0;
            return name;
        }
    }
}
