namespace UltraAI.Gateway.Synthesis.Collect;

/// <summary>The one way in which a whole run is broken off: by its client, or when its time is over. The first reason stands.</summary>
/// <remarks>What is registered on <see cref="Token"/> runs on the thread that cancels, so it must be short and must not throw.</remarks>
internal sealed class RunCancellation : IDisposable
{
    private const int None = -1;

    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _client;
    private readonly ITimer _timer;
    private int _reason = None;

    /// <param name="time">The clock.</param>
    /// <param name="total">The time of the whole run, from now on.</param>
    /// <param name="client">Fires when the client has left.</param>
    public RunCancellation(TimeProvider time, TimeSpan total, CancellationToken client)
    {
        _timer = time.CreateTimer(static state => ((RunCancellation)state!).Cancel(CancelReason.RunDeadline), this, total, Timeout.InfiniteTimeSpan);
        _client = client.UnsafeRegister(static state => ((RunCancellation)state!).Cancel(CancelReason.Client), this);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Why the run was broken off; null as long as it was not.</summary>
    public CancelReason? Reason => Volatile.Read(ref _reason) is var reason and not None ? (CancelReason)reason : null;

    public void Cancel(CancelReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, None) == None)
        {
            _source.Cancel();
        }
    }

    /// <remarks>The source is left to the collector of garbage: a call that ignores its cancellation may still look at the token.</remarks>
    public void Dispose()
    {
        _client.Dispose();
        _timer.Dispose();
    }
}
