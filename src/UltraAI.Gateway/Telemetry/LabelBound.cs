using System.Collections.Concurrent;

namespace UltraAI.Gateway.Telemetry;

/// <summary>Bounds the values of a label: the first ones keep their names, all further ones are <c>other</c>.</summary>
internal sealed class LabelBound(int most)
{
    /// <summary>How many names of models a metric tells apart.</summary>
    public const int MaxModels = 200;

    /// <summary>How many names of virtual keys a metric tells apart.</summary>
    public const int MaxKeys = 1000;

    public const string Other = "other";

    private const int MaxLength = 128;

    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);
    private int _count;

    /// <param name="name">The name.</param>
    /// <param name="isProven">Whether more than a client says that it is one. Names of which nobody knows take half of the places at most.</param>
    public string Of(string name, bool isProven = true)
    {
        if (_names.TryGetValue(name, out var known))
        {
            return known;
        }

        var places = isProven ? most : most / 2;
        if (name.Length > MaxLength || Volatile.Read(ref _count) >= places)
        {
            return Other;
        }

        if (Interlocked.Increment(ref _count) > places)
        {
            Interlocked.Decrement(ref _count);
            return Other;
        }

        if (!_names.TryAdd(name, name))
        {
            Interlocked.Decrement(ref _count);
        }

        return name;
    }
}
