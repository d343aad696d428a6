using System.Collections.Concurrent;

namespace UltraAI.Gateway.Metering;

/// <summary>How many output tokens the calls of a virtual key to a model take as a rule: an exponentially weighted moving average over about the last eight.</summary>
/// <remarks>
/// Reading takes no lock. The table is bounded: when <see cref="MostPairs"/> pairs are known, it becomes the older half and a new one begins;
/// pairs that are not used before the next turn are forgotten.
/// </remarks>
internal sealed class OutputAverages(int mostPairs = OutputAverages.MostPairs)
{
    public const int MostPairs = 4096;

    private const int Weight = 8;

    private readonly Lock _lock = new();
    private volatile ConcurrentDictionary<(string Key, string Model), Average> _recent = new();
    private volatile ConcurrentDictionary<(string Key, string Model), Average> _older = new();
    private int _count;

    /// <summary>The average, rounded up; null for a pair without history.</summary>
    public long? Find(string virtualKey, string model) =>
        _recent.TryGetValue((virtualKey, model), out var average) || _older.TryGetValue((virtualKey, model), out average) ? average.Value : null;

    /// <summary>Takes what a call used.</summary>
    public void Add(string virtualKey, string model, long outputTokens)
    {
        if (_recent.TryGetValue((virtualKey, model), out var average))
        {
            average.Add(outputTokens);
            return;
        }

        AddPair((virtualKey, model), outputTokens);
    }

    private void AddPair((string Key, string Model) pair, long outputTokens)
    {
        lock (_lock)
        {
            if (_recent.TryGetValue(pair, out var known) || _older.TryGetValue(pair, out known))
            {
                known.Add(outputTokens);
            }

            if (_count >= mostPairs)
            {
                _older = _recent;
                _recent = new();
                _count = 0;
            }

            if (_recent.TryAdd(pair, known ?? new Average(outputTokens)))
            {
                _count++;
            }
        }
    }

    private sealed class Average(long first)
    {
        private double _value = first;

        public long Value => (long)Math.Ceiling(Volatile.Read(ref _value));

        public void Add(long value)
        {
            double before;
            double after;
            do
            {
                before = Volatile.Read(ref _value);
                after = before + ((value - before) / Weight);
            }
            while (Interlocked.CompareExchange(ref _value, after, before) != before);
        }
    }
}
