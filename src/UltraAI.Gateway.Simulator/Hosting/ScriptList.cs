namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>The scripts of one provider, in the order they were added.</summary>
internal sealed class ScriptList
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private volatile bool _any;

    public void Add(Func<RecordedRequest, bool> when, SimulatedBehaviour then, int? times)
    {
        lock (_lock)
        {
            _entries.Add(new Entry(when, then, times));
            _any = true;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            _any = false;
        }
    }

    /// <summary>Takes the first matching behaviour of the phase: before the body was read, or after.</summary>
    public SimulatedBehaviour? Take(RecordedRequest request, bool beforeBody)
    {
        if (!_any)
        {
            return null;
        }

        lock (_lock)
        {
            var entry = _entries.Find(entry => entry.Then.BeforeBody == beforeBody && entry.Remaining != 0 && entry.When(request));
            if (entry is { Remaining: > 0 })
            {
                entry.Remaining--;
            }

            return entry?.Then;
        }
    }

    private sealed class Entry(Func<RecordedRequest, bool> when, SimulatedBehaviour then, int? times)
    {
        public Func<RecordedRequest, bool> When { get; } = when;

        public SimulatedBehaviour Then { get; } = then;

        public int? Remaining { get; set; } = times;
    }
}
