using Microsoft.Extensions.Primitives;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Keys;

/// <summary>The keys of the configuration and those of the store, in one table that is made anew when either changes.</summary>
/// <remarks>
/// Looking up a key is one look into a frozen table. A key that was rotated stands there under both its digests; when the grace time of the
/// old one is over, the table is made again without it.
/// </remarks>
internal sealed partial class CombinedVirtualKeys : BackgroundService, IVirtualKeySource
{
    private static readonly TimeSpan FirstLoad = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly IConfiguredVirtualKeys _configured;
    private readonly IVirtualKeyStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<CombinedVirtualKeys> _logger;
    private readonly SemaphoreSlim _loading = new(1);
    private readonly Lock _building = new();
    private readonly ITimer _lapse;
    private readonly IDisposable _onConfiguration;

    private volatile VirtualKeyTable _table;
    private IReadOnlyList<StoredVirtualKey> _stored = [];
    private Dictionary<string, (StoredVirtualKey Stored, VirtualKey? Key)> _built = new(StringComparer.Ordinal);
    private HashSet<(string, string)> _told = [];
    private bool _isStoreGone;

    public CombinedVirtualKeys(IConfiguredVirtualKeys configured, IVirtualKeyStore store, TimeProvider time, ILogger<CombinedVirtualKeys> logger)
    {
        _configured = configured;
        _store = store;
        _time = time;
        _logger = logger;
        _table = configured.VirtualKeys;
        _lapse = time.CreateTimer(static self => ((CombinedVirtualKeys)self!).Build(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _onConfiguration = ChangeToken.OnChange(() => configured.Changed, Build);
    }

    public VirtualKeyTable VirtualKeys => _table;

    /// <summary>How many keys the store held when it was last read.</summary>
    public int StoredCount => Volatile.Read(ref _stored).Count;

    /// <summary>Reads the store now: for who has just changed it.</summary>
    /// <exception cref="StoreException">The store is gone; what was read before stays in force.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        // One at a time, so that an older reading never takes the place of a newer one.
        await _loading.WaitAsync(cancellationToken);
        try
        {
            Volatile.Write(ref _stored, await _store.ListAsync(cancellationToken));
            Build();
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Waits up to two seconds for the first reading, so that a restarted gateway knows its keys when it begins to listen.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(FirstLoad, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        string? reason = null;
        try
        {
            while (await FaultOfReadingAsync(limit.Token) is { } fault)
            {
                reason = fault;
                await Task.Delay(FirstRetry, _time, limit.Token);
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            TellGone(reason ?? $"no answer within {FirstLoad.TotalSeconds} s");
        }

        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _onConfiguration.Dispose();
        _lapse.Dispose();
        _loading.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = _store.Changed.RegisterChangeCallback(static state => ((TaskCompletionSource)state!).TrySetResult(), changed);

            // The token was taken before, so no change can come in between.
            if (await TryRefreshAsync(stoppingToken))
            {
                await changed.Task.WaitAsync(stoppingToken);
            }
            else
            {
                await Task.Delay(Retry, _time, stoppingToken);
            }
        }
    }

    private async Task<bool> TryRefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken);
            if (_isStoreGone)
            {
                _isStoreGone = false;
                LogBack();
            }

            return true;
        }
        catch (StoreException exception)
        {
            TellGone(exception.Message);
            return false;
        }
    }

    // At start a store that is still connecting is no news.
    private async Task<string?> FaultOfReadingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken);
            return null;
        }
        catch (StoreException exception)
        {
            return exception.Message;
        }
    }

    private void TellGone(string reason)
    {
        if (!_isStoreGone)
        {
            _isStoreGone = true;
            LogGone(reason);
        }
    }

    private void Build()
    {
        lock (_building)
        {
            var configured = _configured.VirtualKeys;
            var stored = Volatile.Read(ref _stored);
            _table = stored.Count == 0 ? configured : Join(configured, stored);
        }
    }

    private VirtualKeyTable Join(VirtualKeyTable configured, IReadOnlyList<StoredVirtualKey> stored)
    {
        var now = _time.GetUtcNow();
        var keys = new Dictionary<KeyDigest, VirtualKey>(configured.Entries);
        var names = configured.Entries.Values.Select(key => key.Name).ToHashSet(StringComparer.Ordinal);
        var built = new Dictionary<string, (StoredVirtualKey, VirtualKey?)>(StringComparer.Ordinal);
        var told = new HashSet<(string, string)>();
        var lapse = DateTimeOffset.MaxValue;
        foreach (var item in stored)
        {
            var key = KeyOf(item);
            built[item.Name] = (item, key);
            var obstacle = key is null ? "this version can't read its settings, or its entry is damaged"
                : names.Contains(item.Name) ? "the configuration has a key of that name"
                : !keys.TryAdd(item.Digest, key) ? "another key has the same secret"
                : null;
            if (obstacle is not null)
            {
                Tell(item.Name, obstacle, told);
            }
            else
            {
                foreach (var old in OldSecrets.Of(item, now))
                {
                    if (keys.TryAdd(old.Digest, key!))
                    {
                        lapse = old.ValidUntil < lapse ? old.ValidUntil : lapse;
                    }
                }
            }
        }

        (_built, _told) = (built, told);
        if (lapse != DateTimeOffset.MaxValue)
        {
            // Never early; and no longer than a timer can run.
            var wait = TimeSpan.FromMilliseconds(Math.Ceiling((lapse - now).TotalMilliseconds));
            _lapse.Change(wait < LongestTimer ? wait : LongestTimer, Timeout.InfiniteTimeSpan);
        }

        return new VirtualKeyTable(keys);
    }

    private void Tell(string name, string obstacle, HashSet<(string, string)> told)
    {
        if (!_told.Contains((name, obstacle)))
        {
            LogNotInForce(name, obstacle);
        }

        told.Add((name, obstacle));
    }

    /// <returns>The same object as before for what has not changed; null if its settings have faults.</returns>
    private VirtualKey? KeyOf(StoredVirtualKey stored)
    {
        // A store that has lost its data counts revisions anew.
        if (_built.TryGetValue(stored.Name, out var built) && built.Stored.Revision == stored.Revision && built.Stored.Settings == stored.Settings)
        {
            return built.Key;
        }

        var isFaulty = !VirtualKeySettings.TryRead(stored.Settings, out var options);
        var key = new VirtualKeyBuilder(known: null, (_, _) => isFaulty = true).Build(stored.Name, options ?? new VirtualKeyOptions());
        return isFaulty ? null : key;
    }

    [LoggerMessage(LogLevel.Warning, "Virtual key '{Key}' of the store is not in force: {Obstacle}", EventName = "StoredKeyNotInForce")]
    private partial void LogNotInForce(string key, string obstacle);

    [LoggerMessage(LogLevel.Error, "The store of virtual keys does not answer, what was last read stays in force: {Reason}", EventName = "KeyStoreGone")]
    private partial void LogGone(string reason);

    [LoggerMessage(LogLevel.Information, "The store of virtual keys answers again", EventName = "KeyStoreBack")]
    private partial void LogBack();
}
