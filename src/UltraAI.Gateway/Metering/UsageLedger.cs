using System.Collections.Concurrent;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Metering;

/// <summary>Adds up what calls use, by key, provider, model and UTC day, and writes it each second.</summary>
/// <remarks>
/// Nothing is queued per call and nothing is dropped: while the store is gone, the sums in memory grow. A batch that failed is
/// kept and sent again under its id, so that it counts once, whether or not it had arrived. A crash loses the last second.
/// Names come from clients: 200 models per provider and 10,000 keys have lines of their own, further ones share <c>other</c>.
/// Of the models, half of the lines are for those that a provider has answered for.
/// </remarks>
internal sealed partial class UsageLedger(IUsageStore store, CostMetrics metrics, TimeProvider time, ILogger<UsageLedger> logger)
    : BackgroundService, IUsageLedger, IAsyncDisposable
{
    public const int MaxModels = 200;
    public const int MaxKeys = 10_000;

    // Redis does nothing else meanwhile: 500 rows of seven counters are a few milliseconds.
    private const int MaxBatchRows = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<UsageKey, UsageCell> _cells = new();
    private readonly BoundedNames _keys = new(MaxKeys);
    private readonly ConcurrentDictionary<string, BoundedNames> _models = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<UsageCell> _changed = new();
    private readonly ConcurrentQueue<KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals>> _waiting = new();
    private readonly SemaphoreSlim _writing = new(1);
    private int _isDisposed;
    private UsageCell? _last;
    private Batch? _batch;
    private bool _isGone;

    public void Add(UsageKey key, in TokenUsage usage, long costNanoUsd, bool isEstimated, bool wasAnswered = true)
    {
        var last = _last;
        var cell = last is not null && last.Key == key ? last : _cells.TryGetValue(key, out var known) ? known : CellOf(key, wasAnswered);
        _last = cell;
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (cell.Add(today, usage, costNanoUsd, isEstimated, out var earlier))
        {
            _changed.Enqueue(cell);
        }

        if (earlier is { } row)
        {
            _waiting.Enqueue(row);
        }
    }

    /// <summary>What this instance has seen since start, by key and by provider. Looks through all lines: for operators, not for the request path.</summary>
    public UsageSinceStart ReadSinceStart()
    {
        var sums = new UsageSinceStart();
        foreach (var (line, cell) in _cells)
        {
            sums.Add(line, cell.SinceStart);
        }

        return sums;
    }

    /// <summary>Writes everything that has been added so far.</summary>
    /// <exception cref="StoreException">It could not be written; it is kept.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            // What a failed batch left behind is written first; the sums stay in their cells until then.
            await WriteAsync(cancellationToken);
            for (var left = _changed.Count; left > 0 && _changed.TryDequeue(out var cell); left--)
            {
                _waiting.Enqueue(cell.TakeOut());
            }

            await WriteAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // A store that is gone gets a second chance, after the calls that still ran.
        await WriteLastAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // The container disposes it once for every service that it is registered as.
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        if (await WriteLastAsync() is { } fault)
        {
            LogLost(_changed.Count + _waiting.Count + (_batch?.Rows.Count ?? 0), fault);
        }

        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await FlushAsync(stoppingToken);
                if (_isGone)
                {
                    _isGone = false;
                    LogBack();
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_isGone)
                {
                    _isGone = true;
                    LogGone(exception.Message);
                }
            }
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        while ((_batch ??= NextBatch()) is { } batch)
        {
            await store.AddAsync(batch.Id, batch.Rows, cancellationToken);
            _batch = null;
        }
    }

    private Batch? NextBatch()
    {
        var rows = new List<KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals>>();
        while (rows.Count < MaxBatchRows && _waiting.TryDequeue(out var row))
        {
            rows.Add(row);
        }

        return rows.Count == 0 ? null : new Batch(Guid.NewGuid(), rows);
    }

    private UsageCell CellOf(UsageKey key, bool wasAnswered)
    {
        var models = _models.GetOrAdd(key.Provider, static _ => new BoundedNames(MaxModels));
        var line = key with { VirtualKey = _keys.Admit(key.VirtualKey), Model = models.Admit(key.Model, wasAnswered) };
        if (_cells.TryGetValue(line, out var known))
        {
            return known;
        }

        var cell = new UsageCell(line);
        if (!_cells.TryAdd(line, cell))
        {
            return _cells[line];
        }

        metrics.Show(cell, wasAnswered);
        return cell;
    }

    /// <returns>Why it could not be written; null if it was.</returns>
    private async Task<string?> WriteLastAsync()
    {
        using var limit = new CancellationTokenSource(FarewellTime, TimeProvider.System);
        try
        {
            await FlushAsync(limit.Token);
            return null;
        }
        catch (Exception exception) when (exception is StoreException or OperationCanceledException)
        {
            return exception.Message;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Usage can't be written: {Reason} It is kept in memory until it can", EventName = "UsageStoreGone")]
    private partial void LogGone(string reason);

    [LoggerMessage(LogLevel.Information, "Usage is written again, all of it", EventName = "UsageStoreBack")]
    private partial void LogBack();

    [LoggerMessage(LogLevel.Error, "{Rows} lines of usage could not be written at the end, and are lost: {Reason}", EventName = "UsageLost")]
    private partial void LogLost(int rows, string reason);

    private sealed record Batch(Guid Id, IReadOnlyList<KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals>> Rows);
}
