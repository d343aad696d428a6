namespace UltraAI.Gateway.Forwarding;

/// <summary>Has the garbage collected, and its memory given back, when nearly all of very many calls have ended.</summary>
/// <remarks>
/// What a long stream held is old to the collector, which looks for old garbage only when memory runs short: without this, a
/// gateway that thousands of clients left kept what they had needed until others came, and then took more. The collection stops the gateway
/// for as long as it takes to look at what still lives; that is why nearly all must be gone, and stay so for a moment.
/// </remarks>
internal sealed class PeakCollection(DrainState calls, TimeProvider time) : IHostedService, IDisposable
{
    /// <summary>The fewest calls at once that are worth it.</summary>
    public const int FewestCalls = 1000;

    /// <summary>How much of the most must have ended: all but a tenth.</summary>
    public const int FallsTo = 10;

    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(0.25);

    /// <summary>The shortest time between two collections.</summary>
    public static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(5);

    private ITimer? _looking;
    private int _most;
    private bool _hasFallen;
    private long? _collected;

    /// <summary>What it does then.</summary>
    internal Action Collect { get; init; } = static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _looking = time.CreateTimer(static state => ((PeakCollection)state!).Look(), this, LookInterval, LookInterval);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _looking?.Dispose();

    private void Look()
    {
        var running = calls.Running;
        _most = Math.Max(_most, running);
        var hadFallen = _hasFallen;
        _hasFallen = _most >= FewestCalls && running <= _most / FallsTo;
        if (hadFallen && _hasFallen && !(_collected is { } last && time.GetElapsedTime(last) < LeastInterval))
        {
            // Before it begins: the next look may come while it runs.
            _collected = time.GetTimestamp();
            _most = running;
            _hasFallen = false;
            Collect();
        }
    }
}
