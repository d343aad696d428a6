using System.Threading.Channels;

namespace UltraAI.Gateway.Synthesis.Events;

/// <summary>The events of one run, in order. Posting never waits; whoever makes many asks for room first.</summary>
/// <param name="time">The clock.</param>
/// <param name="isHeard">Whether anybody reads them; if not, nothing is kept.</param>
internal sealed class RunEvents(TimeProvider time, bool isHeard)
{
    // A client that reads slowly holds the writers of text up, not the memory.
    private const int MostWaiting = 256;

    private readonly Channel<NumberedEvent> _channel = Channel.CreateUnbounded<NumberedEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private long _sequence;
    private bool _isOver;
    private TaskCompletionSource? _room;
    private int _waiting;

    /// <summary>Since the run's start.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>Posts an event; after the terminal one nothing counts.</summary>
    /// <param name="item">The event.</param>
    /// <param name="isOf">Asked under the lock whether it still counts; null: it does.</param>
    public void Post(RunEvent item, Func<bool>? isOf = null)
    {
        if (!isHeard)
        {
            return;
        }

        lock (_lock)
        {
            if (_isOver || isOf?.Invoke() == false)
            {
                return;
            }

            _waiting++;
            _channel.Writer.TryWrite(new NumberedEvent(++_sequence, Elapsed, item));
            if (item.IsTerminal)
            {
                _isOver = true;
                _channel.Writer.Complete();
            }
        }
    }

    /// <summary>Waits until the reader has caught up.</summary>
    public ValueTask RoomAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_waiting < MostWaiting)
            {
                return ValueTask.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task.WaitAsync(cancellationToken));
        }
    }

    /// <summary>Whether there is an event now or later; false at the end.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _channel.Reader.WaitToReadAsync(cancellationToken);

    public bool TryRead(out NumberedEvent item)
    {
        if (!_channel.Reader.TryRead(out item))
        {
            return false;
        }

        lock (_lock)
        {
            if (--_waiting < MostWaiting / 2)
            {
                _room?.TrySetResult();
                _room = null;
            }
        }

        return true;
    }
}
