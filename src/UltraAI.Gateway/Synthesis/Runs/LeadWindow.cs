namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>The time that the leads together have to their first content. Once content has begun, only the run's own time counts.</summary>
internal sealed class LeadWindow : IDisposable
{
    private const int Open = 0;
    private const int HasContent = 1;
    private const int Over = 2;

    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private readonly long _start;
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private int _state;

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
    public bool IsOver => Volatile.Read(ref _state) == Over || _source.IsCancellationRequested;

    public TimeSpan Left => _limit - _time.GetElapsedTime(_start);

    /// <returns>False if it came too late.</returns>
    public bool ContentBegins() => Interlocked.CompareExchange(ref _state, HasContent, Open) != Over;

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private void Close()
    {
        if (Interlocked.CompareExchange(ref _state, Over, Open) == Open)
        {
            _source.Cancel();
        }
    }
}
