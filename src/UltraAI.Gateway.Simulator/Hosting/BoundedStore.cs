namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>Things a provider keeps for its account, by identity; the oldest go first.</summary>
internal sealed class BoundedStore<T>(int limit = 1000, long limitBytes = 128 * 1024 * 1024, Func<T, long>? size = null)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, T> _items = [];
    private readonly List<string> _order = [];
    private long _bytes;

    public void Set(string id, T item)
    {
        lock (_lock)
        {
            Take(id);
            _items[id] = item;
            _order.Add(id);
            _bytes += size?.Invoke(item) ?? 0;
            while (_order.Count > 1 && (_order.Count > limit || _bytes > limitBytes))
            {
                Take(_order[0]);
            }
        }
    }

    public T? Get(string id)
    {
        lock (_lock)
        {
            return _items.GetValueOrDefault(id);
        }
    }

    public bool Remove(string id)
    {
        lock (_lock)
        {
            return Take(id);
        }
    }

    /// <summary>All items, newest first.</summary>
    public IReadOnlyList<T> List()
    {
        lock (_lock)
        {
            return [.. _order.AsEnumerable().Reverse().Select(id => _items[id])];
        }
    }

    private bool Take(string id)
    {
        if (!_items.Remove(id, out var item))
        {
            return false;
        }

        _order.Remove(id);
        _bytes -= size?.Invoke(item) ?? 0;
        return true;
    }
}
