using System.Collections.Concurrent;

namespace UltraAI.Gateway.Keys;

/// <summary>What goes on for long under a virtual key: WebSockets, and runs of /ultra. It is broken off soon after the key is gone or turned off.</summary>
/// <remarks>Looks twice a second, and only where the keys have changed. A key that was rotated is still there, so what its old secret began goes on.</remarks>
internal sealed class KeyUses(IVirtualKeySource keys, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<Use, string> _uses = new();
    private VirtualKeyTable? _seen;

    /// <summary>Something begins under a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="breakOff">Breaks it off; must be short, and must not throw.</param>
    /// <returns>Dispose it when it ends: it is not broken off any more then.</returns>
    public IDisposable Begin(VirtualKey key, Action breakOff)
    {
        var use = new Use(this, breakOff);
        _uses[use] = key.Name;

        // The key was looked up before; a change since then may have been seen without this use.
        if (keys.VirtualKeys.FindByName(key.Name) is not { Enabled: true })
        {
            use.BreakOff();
        }

        return use;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var table = keys.VirtualKeys;
            if (!ReferenceEquals(table, _seen) && !_uses.IsEmpty)
            {
                BreakOff(table);
            }

            _seen = table;
        }
    }

    private void BreakOff(VirtualKeyTable table)
    {
        var inForce = table.Entries.Values.Where(key => key.Enabled).Select(key => key.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (use, key) in _uses)
        {
            if (!inForce.Contains(key))
            {
                use.BreakOff();
            }
        }
    }

    private sealed class Use(KeyUses uses, Action breakOff) : IDisposable
    {
        private readonly Lock _lock = new();
        private bool _hasEnded;

        public void BreakOff()
        {
            // Under the lock: what has ended may be something else by now, as the context of a request is.
            lock (_lock)
            {
                if (!_hasEnded)
                {
                    breakOff();
                }
            }
        }

        public void Dispose()
        {
            uses._uses.TryRemove(this, out _);
            lock (_lock)
            {
                _hasEnded = true;
            }
        }
    }
}
