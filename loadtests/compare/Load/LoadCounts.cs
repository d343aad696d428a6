using UltraAI.Gateway.LoadTests.Http;

namespace UltraAI.Gateway.Compare.Load;

/// <summary>What was done and how long it took, while it is asked to count.</summary>
internal sealed class LoadCounts
{
    private long _done;
    private long _errors;
    private volatile bool _isCounting = true;

    public LatencyHistogram Times { get; } = new();

    public long Done => Interlocked.Read(ref _done);

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
        }
    }

    public void AddError() => Interlocked.Increment(ref _errors);
}
