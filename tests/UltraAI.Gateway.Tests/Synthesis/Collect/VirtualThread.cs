namespace UltraAI.Gateway.Tests.Synthesis.Collect;

/// <summary>One thread for all continuations, run only when it is told to: what a stage does in virtual time is then the same in every run.</summary>
internal sealed class VirtualThread : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = [];
    private readonly Lock _lock = new();

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_lock)
        {
            _queue.Enqueue((d, state));
        }
    }

    /// <summary>Runs something on this thread, and then all that follows from it.</summary>
    public void Run(Action action)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
            while (Next() is { Callback: { } callback } next)
            {
                callback(next.State);
            }
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    private (SendOrPostCallback? Callback, object? State) Next()
    {
        lock (_lock)
        {
            return _queue.TryDequeue(out var next) ? next : default;
        }
    }
}
