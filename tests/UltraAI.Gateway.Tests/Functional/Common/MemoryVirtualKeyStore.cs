using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A store of virtual keys in memory, whose failures a test can order.</summary>
internal sealed class MemoryVirtualKeyStore : IVirtualKeyStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, StoredVirtualKey> _keys = new(StringComparer.Ordinal);
    private ConfigurationReloadToken _changed = new();
    private long _revision;

    /// <summary>While true, every call fails.</summary>
    public bool IsGone { get; set; }

    /// <summary>Called before each write, to do what another instance might.</summary>
    public Action? BeforeWrite { get; set; }

    public IChangeToken Changed => Volatile.Read(ref _changed);

    public Task<IReadOnlyList<StoredVirtualKey>> ListAsync(CancellationToken cancellationToken) =>
        Run<IReadOnlyList<StoredVirtualKey>>(() => [.. _keys.Values]);

    public Task<StoredVirtualKey?> GetAsync(string name, CancellationToken cancellationToken) => Run(() => _keys.GetValueOrDefault(name));

    public Task<StoredVirtualKey?> PutAsync(StoredVirtualKey key, long expectedRevision, CancellationToken cancellationToken)
    {
        BeforeWrite?.Invoke();
        return Write(() => (_keys.GetValueOrDefault(key.Name)?.Revision ?? 0) == expectedRevision ? _keys[key.Name] = key with { Revision = ++_revision } : null);
    }

    public Task<bool> DeleteAsync(string name, long? expectedRevision, CancellationToken cancellationToken)
    {
        BeforeWrite?.Invoke();
        return Write(() => _keys.TryGetValue(name, out var key) && (expectedRevision ?? key.Revision) == key.Revision && _keys.Remove(name));
    }

    /// <summary>Loses everything, as a Redis without a disk does.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _keys.Clear();
            _revision = 0;
        }

        Signal();
    }

    /// <summary>Tells that keys may have changed.</summary>
    public void Signal() => Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();

    private async Task<T> Write<T>(Func<T> write)
    {
        var result = await Run(write);
        Signal();
        return result;
    }

    private Task<T> Run<T>(Func<T> run)
    {
        if (IsGone)
        {
            return Task.FromException<T>(new StoreException("The store is not there."));
        }

        lock (_lock)
        {
            return Task.FromResult(run());
        }
    }
}
