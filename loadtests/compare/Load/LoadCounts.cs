using UltraAI.Gateway.LoadTests.Http;

namespace UltraAI.Gateway.Compare.Load;

/// <summary>What was done and how long it took, while it is asked to count.</summary>
internal sealed class LoadCounts
{
    private static readonly TimeSpan StallTime = TimeSpan.FromMilliseconds(100);

    private long _done;
    private long _stalls;
    private long _errors;
    private volatile bool _isCounting = true;

    public LatencyHistogram Times { get; } = new();

    public long Done => Interlocked.Read(ref _done);

    /// <summary>Gets how often it took a tenth of a second or more.</summary>
    public long Stalls => Interlocked.Read(ref _stalls);

    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Gets or sets whether what happens now is counted; errors always are.</summary>
    public bool IsCounting
    {
        get => _isCounting;
        set => _isCounting = value;
    }

    public void Add(TimeSpan time)
    {
        if (_isCounting)
        {
            Interlocked.Increment(ref _done);
            Times.Add(time);
            if (time >= StallTime)
            {
                Interlocked.Increment(ref _stalls);
            }
        }
    }

    public void AddError() => Interlocked.Increment(ref _errors);
}
