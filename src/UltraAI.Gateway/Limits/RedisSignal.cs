namespace UltraAI.Gateway.Limits;

/// <summary>Wakes one waiter; set while nobody waits, it wakes the next one at once.</summary>
internal sealed class RedisSignal(TimeProvider time)
{
    private volatile TaskCompletionSource _set = New();

    public void Set() => _set.TrySetResult();

    /// <summary>Waits until it is set, or so long. Only one may wait.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        var set = _set.Task;
        if (!set.IsCompleted)
        {
            // Nothing of it is left once it is over: an endless delay beside the signal would stay until it is cancelled.
            await set.WaitAsync(atMost, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }

        if (set.IsCompleted)
        {
            _set = New();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
