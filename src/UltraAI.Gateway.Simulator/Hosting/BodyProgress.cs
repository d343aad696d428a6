namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>How much of a body has arrived, and who waits for more.</summary>
internal sealed class BodyProgress
{
    private readonly Lock _lock = new();
    private List<(long Bytes, TaskCompletionSource Reached)>? _waiters;
    private long _received;

    public long Received => Interlocked.Read(ref _received);

    public void Add(int bytes)
    {
        lock (_lock)
        {
            Interlocked.Add(ref _received, bytes);
            _waiters?.RemoveAll(waiter => waiter.Bytes <= _received && waiter.Reached.TrySetResult());
        }
    }

    public Task WaitAsync(long bytes, TimeSpan timeout)
    {
        lock (_lock)
        {
            if (_received >= bytes)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (_waiters ??= []).Add((bytes, reached));
            return reached.Task.WaitAsync(timeout);
        }
    }
}
