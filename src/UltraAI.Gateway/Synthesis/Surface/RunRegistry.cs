using System.Collections.Concurrent;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Synthesis.Collect;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>The runs of this instance that are under way, so that their keys can cancel them.</summary>
internal sealed class RunRegistry
{
    private readonly ConcurrentDictionary<string, (string Key, RunCancellation Cancellation)> _runs = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _runs.Count;

    /// <summary>The runs that are under way now.</summary>
    public IEnumerable<string> Ids => _runs.Keys;

    public void Add(string id, VirtualKey key, RunCancellation cancellation) => _runs[id] = (key.Name, cancellation);

    public void Remove(string id) => _runs.TryRemove(id, out _);

    /// <returns>False for a run that is not known, has ended, or is another key's.</returns>
    public bool TryCancel(string id, VirtualKey key)
    {
        if (!_runs.TryGetValue(id, out var run) || run.Key != key.Name)
        {
            return false;
        }

        run.Cancellation.Cancel(CancelReason.Client);
        return true;
    }
}
