namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>The time that the leads together have to their first content. Once content has begun, only the run's own time counts.</summary>
internal sealed class LeadWindow : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private readonly long _start;
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private bool _hasContent;
    private bool _isOver;
    private bool _isDisposed;

    public LeadWindow(TimeProvider time, TimeSpan limit, CancellationToken run)
    {
        _time = time;
        _limit = limit;
        _start = time.GetTimestamp();
        _source = CancellationTokenSource.CreateLinkedTokenSource(run);
        _timer = time.CreateTimer(static state => ((LeadWindow)state!).Close(), this, limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when the time is over without content, or the run is.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether no further lead may begin.</summary>
    public bool IsOver => Volatile.Read(ref _isOver) || _source.IsCancellationRequested || Left <= TimeSpan.Zero;

    public TimeSpan Left => _limit - _time.GetElapsedTime(_start);

    /// <returns>False if it came too late.</returns>
    public bool ContentBegins()
    {
        lock (_lock)
        {
            _hasContent = true;
            return !_isOver;
        }
    }

    /// <summary>A lead that had begun has failed: the next one has to begin within the same time.</summary>
    public void LeadFailed()
    {
        lock (_lock)
        {
            _hasContent = false;
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            _isDisposed = true;
        }

        _source.Dispose();
    }

    private void Close()
    {
        lock (_lock)
        {
            // A timer that has fired may come after the end, and what it throws would end the process.
            if (_hasContent || _isDisposed)
            {
                return;
            }

            _isOver = true;
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The end came in between.
        }
    }
}
